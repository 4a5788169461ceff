"""Load on one address, closed or open, and what came of it."""

import asyncio
import functools
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager

from benchmarks.client import Address, Answer, Connection, Outcome
from benchmarks.tally import Tally

LIMIT_SECONDS = 300  # of one measurement; then it is given up
TIMER_SECONDS = 0.001  # the event loop's clock is no finer

# Yields a request, is sent the answer, yields the next. No coroutine: waking a task costs more than the rest.
Client = Generator[bytes, Answer, None]


async def closed_loop(address: Address, clients: Iterable[Client]) -> Tally:
    """Each client on a connection of its own says something, waits for the answer, says the next: for throughput.

    Raises ConnectionError if the server hangs up, and whatever a client raises.
    """
    scripts = list(clients)
    async with _connections(address, len(scripts)) as connections, _measured() as tally:
        ends = [asyncio.get_running_loop().create_future() for _ in scripts]
        for connection, client, end in zip(connections, scripts, ends, strict=True):
            _Play(connection, client, tally, end).start()
        await asyncio.gather(*ends)
    return tally


def shared(requests: Iterable[bytes], clients: int, *, seconds: float = math.inf) -> list[Client]:
    """So many clients of whom the one that is free takes the next request, until none is left or time is up."""
    queue = iter(requests)
    end = time.perf_counter() + seconds

    def client() -> Client:
        while time.perf_counter() < end and (request := next(queue, None)) is not None:
            yield request

    return [client() for _ in range(clients)]


class _Play:
    """A client on his connection, until he has nothing more to say."""

    def __init__(self, connection: Connection, client: Client, tally: Tally, end: asyncio.Future[None]) -> None:
        self._connection, self._client, self._tally, self._end = connection, client, tally, end
        self._asked = 0.0

    def start(self) -> None:
        self._go_on(lambda: next(self._client))

    def _hear(self, outcome: Outcome) -> None:
        if isinstance(outcome, ConnectionError):
            self._finish(outcome)
            return
        self._tally.note(outcome.status, time.perf_counter() - self._asked)
        self._go_on(functools.partial(self._client.send, outcome))

    def _go_on(self, next_request: Callable[[], bytes]) -> None:
        try:
            request = next_request()
        except StopIteration:
            self._finish(None)
        except Exception as error:
            self._finish(error)
        else:
            self._asked = time.perf_counter()
            self._connection.ask(request, self._hear)

    def _finish(self, error: Exception | None) -> None:
        if self._end.done():  # given up
            return
        if error is None:
            self._end.set_result(None)
        else:
            self._end.set_exception(error)


async def open_loop(address: Address, requests: Sequence[bytes], *, rate: float, connections: int = 64) -> Tally:
    """Sends `rate` requests a second, however slow the answers are: for latency.

    A latency counts from the moment the request was due, also when all connections were busy then: what a slow
    answer does to those behind it is in the figures (no coordinated omission). The clock of the event loop makes up to
    a millisecond of it. Raises ConnectionError if the server hangs up.
    """
    async with _connections(address, connections) as opened, _measured() as tally:
        desk = _Desk(opened, tally, len(requests))
        started = time.perf_counter()
        for number, request in enumerate(requests):
            due = started + number / rate
            while (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(max(ahead, TIMER_SECONDS))
            desk.take(request, due)
        await desk.all_answered
    return tally


class _Desk:
    """Hands each request to an idle connection; those that find none queue."""

    def __init__(self, connections: list[Connection], tally: Tally, requests: int) -> None:
        self._idle, self._tally, self._missing = connections, tally, requests
        self._queue: deque[tuple[bytes, float]] = deque()
        self.all_answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self, request: bytes, due: float) -> None:
        self._queue.append((request, due))
        if self._idle:
            self._ask(self._idle.pop())

    def _ask(self, connection: Connection) -> None:
        request, due = self._queue.popleft()
        connection.ask(request, functools.partial(self._hear, connection, due))

    def _hear(self, connection: Connection, due: float, outcome: Outcome) -> None:
        if self.all_answered.done():  # given up
            return
        if isinstance(outcome, ConnectionError):
            self.all_answered.set_exception(outcome)
            return
        self._tally.note(outcome.status, time.perf_counter() - due)
        self._missing -= 1
        if self._queue:
            self._ask(connection)
        else:
            self._idle.append(connection)
        if not self._missing:
            self.all_answered.set_result(None)


@asynccontextmanager
async def _connections(address: Address, count: int) -> AsyncIterator[list[Connection]]:
    """So many, open before anything is measured."""
    opened: list[Connection] = []
    try:
        for _ in range(count):
            opened.append(await Connection.open(address))
        yield list(opened)
    finally:
        for connection in opened:
            connection.close()


@asynccontextmanager
async def _measured() -> AsyncIterator[Tally]:
    tally = Tally()
    started, cpu_before = time.perf_counter(), time.process_time()
    async with asyncio.timeout(LIMIT_SECONDS):
        yield tally
    tally.seconds = time.perf_counter() - started
    tally.cpu_share = (time.process_time() - cpu_before) / tally.seconds
