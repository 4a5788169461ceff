"""Sends several webhooks at a time, in threads that only wait for receivers and never use the database."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import chain
from types import TracebackType
from typing import Generic, NamedTuple, TypeVar

from bookings.webhooks.http_connection import HttpConnection, NoResponse, WebhookResponse

Subject = TypeVar("Subject")


class InFlightRequest(NamedTuple, Generic[Subject]):
    """A message that is being sent: its connection and URL, and the object that the caller passed with the message."""

    connection: HttpConnection
    url: str
    subject: Subject


class WorkerPool(Generic[Subject]):
    """A context manager that sends up to `size` messages at a time.

    Connections stay open for further messages to the same URL. On exit the pool waits for the requests in flight and
    closes all connections.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="webhook")
        self._in_flight: dict[Future[WebhookResponse], InFlightRequest[Subject]] = {}
        self._idle: dict[str, list[HttpConnection]] = defaultdict(list)

    def __enter__(self) -> "WorkerPool[Subject]":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown()
        for connection in chain((request.connection for request in self._in_flight.values()), *self._idle.values()):
            connection.close()

    @property
    def free(self) -> int:
        """The number of messages that can be sent in addition to those in flight."""
        return self._size - len(self._in_flight)

    def send(self, url: str, body: bytes, headers: dict[str, str], *, subject: Subject) -> None:
        """Start to send a message; `results` returns the outcome with `subject`. Only call this while `free` is > 0."""
        connection = self._idle[url].pop() if self._idle[url] else HttpConnection(url)
        self._in_flight[self._threads.submit(connection.post, body, headers)] = InFlightRequest(
            connection, url, subject
        )

    def results(self) -> Iterator[tuple[Subject, WebhookResponse | NoResponse]]:
        """Wait until at least one request in flight ends and yield all that have ended, as (subject, outcome).

        Yields nothing if no request is in flight.
        """
        for future in wait(self._in_flight, return_when=FIRST_COMPLETED).done:
            request = self._in_flight.pop(future)
            try:
                response = future.result()
            except NoResponse as error:
                request.connection.close()
                yield request.subject, error
            else:
                self._idle[request.url].append(request.connection)
                yield request.subject, response
