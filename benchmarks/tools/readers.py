"""Many viewers of one feed in one process, which records when each of them receives a message.

`python -m benchmarks.tools.readers COUNT PORT PATH KIND` (ws, sse or bare). It prints "ready" and then reads commands:

- `next`: waits until every viewer has received the next message, and prints one line of JSON: the `times` of arrival
  (monotonic clock), the `size` of the message in bytes, and the `cpu_share` of one core that reading took.
- `record`, followed later by the changes that happened meanwhile (JSON, `[[subsection, version, time], …]`): prints
  the `delays` in ms of each change at each viewer, how many were `missed`, `frames` (reads) and `bytes` per viewer,
  and the `cpu_share` between the two lines. Messages are only stored while they arrive, and parsed afterwards.

It prints "listening" as soon as each command has started.
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

MARK = b'_changed"'  # in every frame of a change, and in no other frame
SSE_MARK = b"status_update"
CHANGED = b'_changed","subsection":%d,"from_version":%d,"version":%d,'  # part of a WebSocket frame of a change
CHANGES = {
    "sse": re.compile(
        rb'"subsection":(?P<subsection>\d+),"tier"[^}]*?"version":(?P<to>\d+),"from_version":(?P<since>\d+)'
    ),
    "ws": re.compile(rb'"subsection":(?P<subsection>\d+),"from_version":(?P<since>\d+),"version":(?P<to>\d+)'),
}
CONCURRENT_CONNECTIONS = 50  # connections opened at the same time
GREETINGS = {"ws": b'"type":"seats"', "sse": b"initial_status", "bare": b""}  # after this, a viewer receives everything
QUIET_SECONDS = 1.0  # without a byte: every viewer has received everything
LIMIT_SECONDS = 5.0
ARRIVAL_SECONDS = 60.0

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
WATCH = b'{"type":"watch"}'
WATCH_FRAME = bytes([0x81, 0x80 | len(WATCH), 0, 0, 0, 0]) + WATCH  # RFC 6455: text, final, masked with zeros
PING = b"\x89\x0c"  # then 12 bytes to send back, or Daphne disconnects; occurs in no JSON and in no length
PONG = bytes([0x8A, 0x80 | 12, 0, 0, 0, 0])

Step = tuple[int, int, int]  # subsection, from version, version
Arrivals = dict[int, tuple[list[int], list[float]]]  # subsection: versions, and when they were known


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
        self.received_at = time.monotonic()
        self.complete = asyncio.Event()
        self.messages: dict[bytes, int] | None = None  # while recording: each distinct message, numbered

    async def connect(self) -> None:
        """Connect all viewers; return when all have received the current state."""
        loop = asyncio.get_running_loop()
        self.viewers = [Viewer(self) for _ in range(self.count)]
        for start in range(0, self.count, CONCURRENT_CONNECTIONS):
            connecting = self.viewers[start : start + CONCURRENT_CONNECTIONS]
            await asyncio.gather(
                *(loop.create_connection(viewer.as_protocol, "127.0.0.1", self.port) for viewer in connecting)
            )
            await asyncio.sleep(0.03)
        async with asyncio.timeout(ARRIVAL_SECONDS):
            while not all(viewer.greeted for viewer in self.viewers):
                await asyncio.sleep(0.1)
        await self._quiet()

    async def next_message(self) -> dict[str, object]:
        """Return when each viewer received the next message; after LIMIT_SECONDS, of those that did."""
        self.times.clear()
        self.complete.clear()
        started, cpu = time.monotonic(), time.process_time()
        print("listening", flush=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.complete.wait(), LIMIT_SECONDS)
        share = (time.process_time() - cpu) / (time.monotonic() - started)
        return {"times": self.times, "size": self.size, "cpu_share": share}

    async def record(self, commands: asyncio.StreamReader) -> dict[str, object]:
        """Record what all viewers receive until the changes are given and no more messages arrive."""
        self.messages = {}
        for viewer in self.viewers:
            viewer.start_recording()
        started, cpu = time.monotonic(), time.process_time()
        print("listening", flush=True)
        changes = json.loads(await commands.readline())
        share = (time.process_time() - cpu) / (time.monotonic() - started)
        end = time.monotonic() + LIMIT_SECONDS
        while True:
            await self._quiet()
            seen = self._delays(list(self.messages), changes)
            if not seen["missed"] or time.monotonic() > end:
                break
        messages, self.messages = list(self.messages), None
        return {**seen, **self._traffic(messages), "cpu_share": share}

    def receive(self, viewer: "Viewer", data: bytes) -> None:
        """Record that the viewer received this."""
        self.received_at = now = time.monotonic()
        if self.messages is not None:
            viewer.times.append(now)
            viewer.received.append(self.messages.setdefault(data, len(self.messages)))
        elif self.mark in data:
            self.times.append(now)
            self.size = len(data)
            if len(self.times) == self.count:
                self.complete.set()

    async def _quiet(self) -> None:
        """Wait until no viewer has received anything for QUIET_SECONDS."""
        self.received_at = time.monotonic()
        while time.monotonic() - self.received_at < QUIET_SECONDS:
            await asyncio.sleep(0.1)

    def _delays(self, messages: list[bytes], changes: list[tuple[int, int, float]]) -> dict[str, object]:
        """Return the delay of each change at each viewer, and the number of missed ones.

        `changes` are (subsection number, version, time).
        """
        pattern = CHANGES["sse" if self.kind == "sse" else "ws"]
        steps = [[_step(found) for found in pattern.finditer(data)] for data in messages]
        before = {subsection: version - 1 for subsection, version, _ in reversed(changes)}
        delays, missed = [], 0
        for viewer in self.viewers:
            arrivals = viewer.arrivals(steps, before)
            for subsection, version, at in changes:
                versions, times = arrivals[subsection]
                known = bisect_left(versions, version)
                if known < len(versions):
                    delays.append(round((times[known] - at) * 1000, 2))
                else:
                    missed += 1
        return {"delays": delays, "missed": missed}

    def _traffic(self, messages: list[bytes]) -> dict[str, object]:
        """Return the frames with changes and the bytes per viewer."""
        has_change = [self.mark in data for data in messages]
        frames = sum(has_change[number] for viewer in self.viewers for number in viewer.received)
        received = sum(len(messages[number]) for viewer in self.viewers for number in viewer.received)
        return {"frames": frames / self.count, "bytes": received / self.count}


class Viewer(asyncio.Protocol):
    """One connection."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.greeted = not audience.greeting
        self.watches = audience.kind != "ws"
        self.start_recording()

    def as_protocol(self) -> "Viewer":
        """Return the viewer, as the protocol factory of its connection."""
        return self

    def start_recording(self) -> None:
        """Start with an empty recording."""
        self.times, self.received = array("d"), array("L")

    def arrivals(self, steps: list[list[Step]], before: dict[int, int]) -> Arrivals:
        """Return when the viewer knew each version, by the rule of docs/live.md.

        `before` are the versions known at the start.
        """
        known: Arrivals = {subsection: ([version], [-math.inf]) for subsection, version in before.items()}
        for at, number in zip(self.times, self.received, strict=True):
            for subsection, since, version in steps[number]:
                versions, times = known[subsection]
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
        self.audience.receive(self, data)


def _step(found: re.Match[bytes]) -> Step:
    return int(found["subsection"]), int(found["since"]), int(found["to"])


async def main(count: int, port: int, path: str, kind: str) -> None:
    """Read commands until stdin ends."""
    audience = Audience(count, port, path, kind)
    await audience.connect()
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("ready", flush=True)
    while command := await commands.readline():
        result = audience.record(commands) if command == b"record\n" else audience.next_message()
        print(json.dumps(await result), flush=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
