"""The yardstick of the live feed: a process that writes the same bytes to all sockets as fast as uvloop can.

`python -m benchmarks.broadcast PORT`. Whoever connects is a viewer; who sends lines `fire VERSION SIZE` has SIZE bytes
that carry VERSION sent to all of them, line by line.
"""

import asyncio
import sys
from typing import cast

import uvloop

from benchmarks.readers import CHANGED

viewers: set[asyncio.Transport] = set()


class Viewer(asyncio.Protocol):
    """Somebody connected: a viewer, until he says `fire`."""

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
    """Hands it to the kernel for each viewer."""
    for transport in viewers:
        transport.write(payload)


async def main(port: int) -> None:
    """Serves until killed."""
    server = await asyncio.get_running_loop().create_server(Viewer, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
