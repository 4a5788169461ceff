"""Load on one address, closed or open, and what came of it."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing

from benchmarks.client import Address, Answer, Connection

LIMIT_SECONDS = 300  # of one measurement; then it is given up

Say = Callable[[bytes], Awaitable[Answer]]
Client = Callable[[Say], Awaitable[None]]


class Tally:
    """Latencies in seconds by status, and what the measurement took: `seconds` of wall clock and, of the generator
    itself, `cpu_share` of one core. A share near 1 means that the generator was measured, not the product."""

    def __init__(self) -> None:
        self._latencies: dict[int, list[float]] = {}
        self.seconds = self.cpu_share = 0.0

    def note(self, status: int, latency: float) -> None:
        """One more answer."""
        self._latencies.setdefault(status, []).append(latency)

    @property
    def statuses(self) -> Counter[int]:
        """How many answers of each status."""
        return Counter({status: len(latencies) for status, latencies in sorted(self._latencies.items())})

    def rate(self, status: int) -> float:
        """Answers of this status per second."""
        return self.statuses[status] / self.seconds

    def percentile(self, share: float, status: int) -> float:
        """The latency in milliseconds that this share (0 to 1) of the answers of a status stayed within.

        The nearest rank: always a latency that did occur.
        """
        latencies = sorted(self._latencies.get(status, []))
        return latencies[max(0, math.ceil(share * len(latencies)) - 1)] * 1000 if latencies else math.nan

    def expect(self, *statuses: int) -> None:
        """Raises RuntimeError unless there were no other answers than of these statuses."""
        if 429 in self.statuses:
            raise RuntimeError("The product limits rates. Start it with BOOKING_RATE= API_RATE= BOT_CHALLENGE=off.")
        if not set(self.statuses) <= set(statuses):
            raise RuntimeError(f"Not only {statuses} came back: {dict(self.statuses)}")

    def line(self, status: int) -> str:
        """All of it for people."""
        percentiles = "  ".join(
            f"p{share * 100:.0f} {self.percentile(share, status):.1f} ms" for share in (0.5, 0.95, 0.99)
        )
        counts = ", ".join(f"{count} × {status}" for status, count in self.statuses.items())
        return f"{self.rate(status):,.0f}/s  {percentiles}  ({counts}; generator {self.cpu_share:.0%} of a core)"


async def closed_loop(address: Address, clients: Iterable[Client]) -> Tally:
    """Each client on a connection of its own says something, waits for the answer, says the next: for throughput."""

    async def serve(client: Client) -> None:
        with closing(Connection(address)) as connection:

            async def say(request: bytes) -> Answer:
                started = time.perf_counter()
                answer = await connection.send(request)
                tally.note(answer.status, time.perf_counter() - started)
                return answer

            await client(say)

    async with _measured() as tally, asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(serve(client))
    return tally


async def open_loop(address: Address, requests: Sequence[bytes], *, rate: float, connections: int = 64) -> Tally:
    """Sends `rate` requests a second, however slow the answers are: for latency.

    A latency counts from the moment the request was due, also when all connections were busy then: what a slow
    answer does to those behind it is in the figures (no coordinated omission).
    """
    idle: asyncio.Queue[Connection] = asyncio.LifoQueue()
    for _ in range(connections):
        idle.put_nowait(Connection(address))

    async def deliver(request: bytes, due: float) -> None:
        connection = await idle.get()
        answer = await connection.send(request)
        tally.note(answer.status, time.perf_counter() - due)
        idle.put_nowait(connection)

    async with _measured() as tally, asyncio.TaskGroup() as group:
        started = time.perf_counter()
        for number, request in enumerate(requests):
            due = started + number / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            group.create_task(deliver(request, due))
    while not idle.empty():
        idle.get_nowait().close()
    return tally


@asynccontextmanager
async def _measured() -> AsyncIterator[Tally]:
    tally = Tally()
    started, cpu_before = time.perf_counter(), time.process_time()
    async with asyncio.timeout(LIMIT_SECONDS):
        yield tally
    tally.seconds = time.perf_counter() - started
    tally.cpu_share = (time.process_time() - cpu_before) / tally.seconds
