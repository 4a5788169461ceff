"""Put load on one address, as a closed or an open loop, and tally the responses."""

import asyncio
import functools
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager

from benchmarks.tools.client import Address, Connection, Outcome, Response
from benchmarks.tools.tally import Tally

LIMIT_SECONDS = 300  # maximum duration of one measurement
TIMER_SECONDS = 0.001  # resolution of the event loop's clock

# Yields a request, receives the response, yields the next. Not a coroutine: waking a task costs more than the rest.
Client = Generator[bytes, Response, None]


async def closed_loop(address: Address, clients: Iterable[Client]) -> Tally:
    """Let each client send a request, wait for the response and send the next: measures throughput.

    Each client has a connection of its own. Raises ConnectionError if the server closes a connection, and whatever a
    client raises.
    """
    scripts = list(clients)
    async with _connections(address, len(scripts)) as connections, _measured() as tally:
        ends = [asyncio.get_running_loop().create_future() for _ in scripts]
        for connection, client, end in zip(connections, scripts, ends, strict=True):
            _ClientRun(connection, client, tally, end).start()
        await asyncio.gather(*ends)
    return tally


def shared(requests: Iterable[bytes], clients: int, *, seconds: float = math.inf) -> list[Client]:
    """Return `clients` clients that share the requests.

    A client that is free takes the next request, until none is left or `seconds` have passed.
    """
    queue = iter(requests)
    end = time.perf_counter() + seconds

    def client() -> Client:
        while time.perf_counter() < end and (request := next(queue, None)) is not None:
            yield request

    return [client() for _ in range(clients)]


class _ClientRun:
    """Runs one client on its connection until it has no more requests."""

    def __init__(self, connection: Connection, client: Client, tally: Tally, end: asyncio.Future[None]) -> None:
        self._connection, self._client, self._tally, self._end = connection, client, tally, end
        self._sent_at = 0.0

    def start(self) -> None:
        self._send_next(lambda: next(self._client))

    def _on_outcome(self, outcome: Outcome) -> None:
        if isinstance(outcome, ConnectionError):
            self._finish(outcome)
            return
        self._tally.note(outcome.status, time.perf_counter() - self._sent_at)
        self._send_next(functools.partial(self._client.send, outcome))

    def _send_next(self, next_request: Callable[[], bytes]) -> None:
        try:
            request = next_request()
        except StopIteration:
            self._finish(None)
        except Exception as error:
            self._finish(error)
        else:
            self._sent_at = time.perf_counter()
            self._connection.start(request, self._on_outcome)

    def _finish(self, error: Exception | None) -> None:
        if self._end.done():  # the measurement has ended
            return
        if error is None:
            self._end.set_result(None)
        else:
            self._end.set_exception(error)


async def open_loop(address: Address, requests: Sequence[bytes], *, rate: float, connections: int = 64) -> Tally:
    """Send `rate` requests per second, however slow the responses are: measures latency.

    A latency counts from the moment the request was due, even if all connections were busy then, so that it includes
    the effect of slow responses on later requests (no coordinated omission). The event loop's clock adds up to a
    millisecond. Raises ConnectionError if the server closes a connection.
    """
    async with _connections(address, connections) as opened, _measured() as tally:
        dispatcher = _Dispatcher(opened, tally, len(requests))
        started = time.perf_counter()
        for number, request in enumerate(requests):
            due = started + number / rate
            while (remaining := due - time.perf_counter()) > 0:
                await asyncio.sleep(max(remaining, TIMER_SECONDS))
            dispatcher.add(request, due)
        await dispatcher.all_done
    return tally


class _Dispatcher:
    """Hands each request to an idle connection; requests wait if there is none."""

    def __init__(self, connections: list[Connection], tally: Tally, requests: int) -> None:
        self._idle, self._tally, self._open = connections, tally, requests
        self._queue: deque[tuple[bytes, float]] = deque()
        self.all_done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def add(self, request: bytes, due: float) -> None:
        self._queue.append((request, due))
        if self._idle:
            self._send(self._idle.pop())

    def _send(self, connection: Connection) -> None:
        request, due = self._queue.popleft()
        connection.start(request, functools.partial(self._on_outcome, connection, due))

    def _on_outcome(self, connection: Connection, due: float, outcome: Outcome) -> None:
        if self.all_done.done():  # the measurement has ended
            return
        if isinstance(outcome, ConnectionError):
            self.all_done.set_exception(outcome)
            return
        self._tally.note(outcome.status, time.perf_counter() - due)
        self._open -= 1
        if self._queue:
            self._send(connection)
        else:
            self._idle.append(connection)
        if not self._open:
            self.all_done.set_result(None)


@asynccontextmanager
async def _connections(address: Address, count: int) -> AsyncIterator[list[Connection]]:
    """Open `count` connections before the measurement."""
    opened: list[Connection] = []
    try:
        for _ in range(count):
            opened.append(await Connection.open(address))  # noqa: PERF401  (if one fails, the others are closed)
        yield list(opened)
    finally:
        for connection in opened:
            connection.close()


@asynccontextmanager
async def _measured() -> AsyncIterator[Tally]:
    """Yield a tally and fill in its duration and CPU share at the end."""
    tally = Tally()
    started, cpu_before = time.perf_counter(), time.process_time()
    async with asyncio.timeout(LIMIT_SECONDS):
        yield tally
    tally.seconds = time.perf_counter() - started
    tally.cpu_share = (time.process_time() - cpu_before) / tally.seconds
