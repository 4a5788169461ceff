"""Viewers by SSE, as an ASGI application. An error before the stream begins is returned as problem+json."""

import random
from abc import abstractmethod
from collections.abc import Sequence

from core.errors import DomainError, Overloaded, PermissionRefused
from realtime.connections import open_transport, use_fast_transport
from realtime.database import DATABASE_AWAY
from realtime.feed import Topic
from realtime.frames import chunk, encode
from realtime.hub import Hub, current_hub
from realtime.origins import Scope, header, is_own_origin
from realtime.portable import PortableStream
from realtime.sockets import Application
from realtime.transport import Receive, Send
from realtime.viewer import Viewer

Headers = Sequence[tuple[bytes, bytes]]

HEADERS: Headers = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class MethodNotAllowed(DomainError):
    """A stream was called with another method than GET."""

    status, code, title = 405, "method_not_allowed", "Method Not Allowed"
    detail = "A stream can only be read: use GET."


class Stream(Viewer):
    """A viewer connected by SSE. Apps subclass it and implement `prepare` and `begin`."""

    __slots__ = ("scope", "_chunked")

    CLOSE_MESSAGE = {"type": "http.response.body", "body": b""}

    def __init__(self, scope: Scope, hub: Hub, subject: int) -> None:
        super().__init__(hub, subject)
        self.scope = scope
        self._chunked = False

    @abstractmethod
    async def prepare(self) -> None:
        """Check the request. Called before the response begins; a DomainError is returned as problem+json."""

    @abstractmethod
    async def begin(self) -> None:
        """Join topics and write the first messages. Called when the stream is open."""

    @property
    def last_event_id(self) -> str | None:
        """The id of the last message that a reconnecting client claims to have received; None for a new client."""
        return header(self.scope, b"last-event-id")

    def join(self, topic: Topic) -> None:
        """Watch a topic that was just opened, as one of its streams."""
        self._add_to(topic, topic.streams)

    def write(self, data: bytes) -> None:
        """Send encoded bytes like every viewer, as an HTTP chunk if the transport expects chunks."""
        super().write(chunk(data) if self._chunked else data)

    @classmethod
    def as_asgi(cls, subject: str) -> Application:
        """Return an ASGI application that serves each request with an instance of this class.

        `subject` is the name of the URL argument that holds the viewer's subject, such as "event_id".
        """
        use_fast_transport()  # decided, and logged, when the server starts

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            stream = cls(scope, current_hub(), int(scope["url_route"]["kwargs"][subject]))
            try:
                await stream._check_and_prepare()
            except DomainError as error:
                await _send_problem(send, error)
            else:
                await stream._run(receive, send)

        return application

    async def _check_and_prepare(self) -> None:
        if self.scope["method"] != "GET":
            raise MethodNotAllowed
        if not is_own_origin(self.scope):
            raise PermissionRefused("This feed can't be read from another site.")
        try:
            await self.prepare()
        except DATABASE_AWAY as error:
            raise Overloaded from error

    async def _run(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        # Random, so that clients that lost the connection together don't reconnect together.
        retry = b"retry: %d\n\n" % random.randint(1000, 3000)  # noqa: S311  (no secret)
        await send({"type": "http.response.body", "body": retry, "more_body": True})
        transport = open_transport(PortableStream, send, receive)
        self._chunked = transport.chunked
        self._transport = transport
        try:
            await self.begin()
            while (await transport.receive())["type"] != "http.disconnect":
                pass
        except DATABASE_AWAY:
            transport.abort()  # the client reconnects
        finally:
            self.leave()


async def _send_problem(send: Send, error: DomainError) -> None:
    headers = [(b"content-type", b"application/problem+json"), *_headers_of(error)]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": encode(error.body())})


def _headers_of(error: DomainError) -> Headers:
    headers = [
        (b"allow", "GET" if isinstance(error, MethodNotAllowed) else None),
        (b"retry-after", error.extra.get("retry_after")),
        (b"www-authenticate", getattr(error, "auth_header", None)),
    ]
    return [(name, str(value).encode()) for name, value in headers if value is not None]
