"""The baseline of the live feed: a process that writes the same bytes to all sockets as fast as uvloop can.

`python -m benchmarks.baselines.broadcast PORT`. Every connection is a viewer, except one that sends lines
`fire VERSION SIZE`: for each line, all viewers get SIZE bytes that contain VERSION.
"""

import asyncio
import sys
from typing import cast

import uvloop

from benchmarks.tools.readers import CHANGED

viewers: set[asyncio.Transport] = set()


class Viewer(asyncio.Protocol):
    """A connection: a viewer, until it sends `fire`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        viewers.add(self.transport)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"fire "):
            viewers.discard(self.transport)
            for line in data.splitlines():
                _, version, size = map(bytes, line.split())
                broadcast((CHANGED % (0, int(version) - 1, int(version))).ljust(int(size)))

    def connection_lost(self, error: Exception | None) -> None:
        viewers.discard(self.transport)


def broadcast(payload: bytes) -> None:
    """Write the payload to the socket of each viewer."""
    for transport in viewers:
        transport.write(payload)


async def main(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Viewer, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
