"""Many viewers of one feed in one process: they note when each of them got the news, and do nothing else.

`python -m benchmarks.readers COUNT PORT PATH KIND` (ws, sse or bare). Says "ready" on stdout; then, for each line on
stdin, waits until everybody has got the next news and answers with one line of JSON: `times` of arrival on the
system's monotonic clock, the `size` of the news in bytes, and `cpu_share` of one core that the reading took.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from typing import cast

import uvloop

MARK = b'_changed"'  # in every frame of a change, and in no other
SSE_MARK = b"status_update"
AT_ONCE = 50  # connections that are opened together
QUIET_SECONDS = 1.0  # without a byte: everybody has his snapshot
LIMIT_SECONDS = 5.0

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
WATCH = b'{"type":"watch"}'
WATCH_FRAME = bytes([0x81, 0x80 | len(WATCH), 0, 0, 0, 0]) + WATCH  # RFC 6455: text, final, masked with zeros


class Audience:
    """All viewers of this process."""

    def __init__(self, count: int, port: int, path: str, kind: str) -> None:
        self.count, self.port, self.kind = count, port, kind
        self.mark = SSE_MARK if kind == "sse" else MARK
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{UPGRADE if kind == 'ws' else ''}\r\n"
        self.hello = b"" if kind == "bare" else head.encode()
        self.times: list[float] = []
        self.size = 0
        self.heard_at = time.monotonic()
        self.complete = asyncio.Event()

    async def arrive(self) -> None:
        """Connects everybody; returns when all have been told how things stand."""
        loop = asyncio.get_running_loop()
        for start in range(0, self.count, AT_ONCE):
            number = min(AT_ONCE, self.count - start)
            await asyncio.gather(
                *(loop.create_connection(lambda: Viewer(self), "127.0.0.1", self.port) for _ in range(number))
            )
            await asyncio.sleep(0.03)
        while time.monotonic() - self.heard_at < QUIET_SECONDS:
            await asyncio.sleep(0.1)

    async def next_news(self) -> dict[str, object]:
        """When everybody got it; after LIMIT_SECONDS, when those did who have it."""
        self.times.clear()
        self.complete.clear()
        started, cpu = time.monotonic(), time.process_time()
        print("listening", flush=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.complete.wait(), LIMIT_SECONDS)
        share = (time.process_time() - cpu) / (time.monotonic() - started)
        return {"times": self.times, "size": self.size, "cpu_share": share}

    def hear(self, data: bytes) -> None:
        """Somebody received this."""
        self.heard_at = now = time.monotonic()
        if self.mark in data:
            self.times.append(now)
            self.size = len(data)
            if len(self.times) == self.count:
                self.complete.set()


class Viewer(asyncio.Protocol):
    """One connection."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.greeted = audience.kind != "ws"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.audience.hello)

    def data_received(self, data: bytes) -> None:
        if not self.greeted:
            self.greeted = True
            self.transport.write(WATCH_FRAME)  # as the map does
        self.audience.hear(data)


async def main(count: int, port: int, path: str, kind: str) -> None:
    """Reads until stdin ends."""
    audience = Audience(count, port, path, kind)
    await audience.arrive()
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("ready", flush=True)
    while await orders.readline():
        print(json.dumps(await audience.next_news()), flush=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
