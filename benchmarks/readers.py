"""Many viewers of one feed in one process: they note when each of them got the news, and do nothing else.

`python -m benchmarks.readers COUNT PORT PATH KIND` (ws, sse or bare). Says "ready" on stdout, and then takes orders:

- `next`: waits until everybody has got the next news and answers with one line of JSON: `times` of arrival on the
  system's monotonic clock, the `size` of the news in bytes, and `cpu_share` of one core that the reading took.
- `record`, later followed by the changes that happened meanwhile (JSON, `[[block, version, time], …]`): answers with
  `delays` in ms of each change at each viewer, how many were `missed`, `frames` (reads) and `bytes` a viewer, and the
  `cpu_share` of the time between the orders. What came is only kept while it comes, and looked into afterwards.

Each says "listening" as soon as it does.
"""

import asyncio
import json
import math
import re
import sys
import time
from array import array
from bisect import bisect_left
from contextlib import suppress
from typing import cast

import uvloop

MARK = b'_changed"'  # in every frame of a change, and in no other
SSE_MARK = b"status_update"
CHANGED = b'_changed","subsection":%d,"from_version":%d,"version":%d,'  # what a WebSocket frame of a change has
CHANGES = {
    "sse": re.compile(rb'"subsection":(?P<block>\d+),"tier"[^}]*?"version":(?P<to>\d+),"from_version":(?P<since>\d+)'),
    "ws": re.compile(rb'"subsection":(?P<block>\d+),"from_version":(?P<since>\d+),"version":(?P<to>\d+)'),
}
AT_ONCE = 50  # connections that are opened together
GREETINGS = {"ws": b'"type":"seats"', "sse": b"initial_status", "bare": b""}  # who has it hears all that follows
QUIET_SECONDS = 1.0  # without a byte: everybody has all there is
LIMIT_SECONDS = 5.0
ARRIVAL_SECONDS = 60.0

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
WATCH = b'{"type":"watch"}'
WATCH_FRAME = bytes([0x81, 0x80 | len(WATCH), 0, 0, 0, 0]) + WATCH  # RFC 6455: text, final, masked with zeros
PING = b"\x89\x0c"  # with 12 bytes to be sent back, or Daphne drops us; in no JSON, and in no length of ours
PONG = bytes([0x8A, 0x80 | 12, 0, 0, 0, 0])

Step = tuple[int, int, int]  # block, from version, version
Arrivals = dict[int, tuple[list[int], list[float]]]  # block: versions, and when one knew them


class Audience:
    """All viewers of this process."""

    def __init__(self, count: int, port: int, path: str, kind: str) -> None:
        self.count, self.port, self.kind = count, port, kind
        self.mark = SSE_MARK if kind == "sse" else MARK
        self.greeting = GREETINGS[kind]
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{UPGRADE if kind == 'ws' else ''}\r\n"
        self.hello = b"" if kind == "bare" else head.encode()
        self.viewers: list[Viewer] = []
        self.times: list[float] = []
        self.size = 0
        self.heard_at = time.monotonic()
        self.complete = asyncio.Event()
        self.said: dict[bytes, int] | None = None  # while recording: all that was ever said, numbered

    async def arrive(self) -> None:
        """Connects everybody; returns when all have been told how things stand."""
        loop = asyncio.get_running_loop()
        self.viewers = [Viewer(self) for _ in range(self.count)]
        for start in range(0, self.count, AT_ONCE):
            connecting = self.viewers[start : start + AT_ONCE]
            await asyncio.gather(
                *(loop.create_connection(viewer.itself, "127.0.0.1", self.port) for viewer in connecting)
            )
            await asyncio.sleep(0.03)
        async with asyncio.timeout(ARRIVAL_SECONDS):
            while not all(viewer.greeted for viewer in self.viewers):
                await asyncio.sleep(0.1)
        await self._quiet()

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

    async def record(self, orders: asyncio.StreamReader) -> dict[str, object]:
        """What everybody got until the changes are told, and until it is quiet."""
        self.said = {}
        for viewer in self.viewers:
            viewer.forget()
        started, cpu = time.monotonic(), time.process_time()
        print("listening", flush=True)
        changes = json.loads(await orders.readline())
        share = (time.process_time() - cpu) / (time.monotonic() - started)
        end = time.monotonic() + LIMIT_SECONDS
        while True:
            await self._quiet()
            seen = self._delays(list(self.said), changes)
            if not seen["missed"] or time.monotonic() > end:
                break
        said, self.said = list(self.said), None
        return {**seen, **self._traffic(said), "cpu_share": share}

    def hear(self, viewer: "Viewer", data: bytes) -> None:
        """He received this."""
        self.heard_at = now = time.monotonic()
        if self.said is not None:
            viewer.times.append(now)
            viewer.heard.append(self.said.setdefault(data, len(self.said)))
        elif self.mark in data:
            self.times.append(now)
            self.size = len(data)
            if len(self.times) == self.count:
                self.complete.set()

    async def _quiet(self) -> None:
        self.heard_at = time.monotonic()
        while time.monotonic() - self.heard_at < QUIET_SECONDS:
            await asyncio.sleep(0.1)

    def _delays(self, said: list[bytes], changes: list[tuple[int, int, float]]) -> dict[str, object]:
        pattern = CHANGES["sse" if self.kind == "sse" else "ws"]
        steps = [[_step(found) for found in pattern.finditer(data)] for data in said]
        before = {block: version - 1 for block, version, _ in reversed(changes)}
        delays, missed = [], 0
        for viewer in self.viewers:
            arrivals = viewer.arrivals(steps, before)
            for block, version, at in changes:
                versions, times = arrivals[block]
                known = bisect_left(versions, version)
                if known < len(versions):
                    delays.append(round((times[known] - at) * 1000, 2))
                else:
                    missed += 1
        return {"delays": delays, "missed": missed}

    def _traffic(self, said: list[bytes]) -> dict[str, object]:
        tells = [self.mark in data for data in said]
        frames = sum(tells[number] for viewer in self.viewers for number in viewer.heard)
        received = sum(len(said[number]) for viewer in self.viewers for number in viewer.heard)
        return {"frames": frames / self.count, "bytes": received / self.count}


class Viewer(asyncio.Protocol):
    """One connection."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.greeted = not audience.greeting
        self.watches = audience.kind != "ws"
        self.forget()

    def itself(self) -> "Viewer":
        """As the protocol of a connection."""
        return self

    def forget(self) -> None:
        """Begins to note what is heard."""
        self.times, self.heard = array("d"), array("L")

    def arrivals(self, steps: list[list[Step]], before: dict[int, int]) -> Arrivals:
        """When each version was known, by the rule of docs/live.md, to one who knew those `before`."""
        known: Arrivals = {block: ([version], [-math.inf]) for block, version in before.items()}
        for at, number in zip(self.times, self.heard, strict=True):
            for block, since, version in steps[number]:
                versions, times = known[block]
                if since <= versions[-1] < version:
                    versions.append(version)
                    times.append(at)
        return known

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.audience.hello)

    def data_received(self, data: bytes) -> None:
        if not self.watches:
            self.watches = True
            self.transport.write(WATCH_FRAME)  # as the map does
        if (ping := data.find(PING)) >= 0:
            self.transport.write(PONG + data[ping + 2 : ping + 14])
        self.greeted = self.greeted or self.audience.greeting in data
        self.audience.hear(self, data)


def _step(found: re.Match[bytes]) -> Step:
    return int(found["block"]), int(found["since"]), int(found["to"])


async def main(count: int, port: int, path: str, kind: str) -> None:
    """Reads until stdin ends."""
    audience = Audience(count, port, path, kind)
    await audience.arrive()
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("ready", flush=True)
    while order := await orders.readline():
        answer = audience.record(orders) if order == b"record\n" else audience.next_news()
        print(json.dumps(await answer), flush=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
