"""One SSE stream: everything that can be refused is refused as JSON before the stream begins."""

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence

from realtime.database import DATABASE_AWAY
from realtime.feed import Topic, join_topic
from realtime.frames import chunk, encode
from realtime.hub import Hub, current_hub
from realtime.origins import Scope, header, is_own_origin
from realtime.sockets import Application, Receive, Send
from realtime.viewer import Viewer
from realtime.wire import Wire
from ticketing.errors import DomainError, Overloaded, PermissionRefused

Headers = Sequence[tuple[bytes, bytes]]

HEADERS: Headers = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class MethodRefused(DomainError):
    """A stream can only be read."""

    status, code, title = 405, "method_not_allowed", "Method Not Allowed"
    detail = "A stream can only be read: use GET."


class Stream(Viewer, ABC):
    """A viewer on an SSE stream. A door of an app fills in `prepare` and `begin`."""

    __slots__ = ("scope", "_chunked")

    FAREWELL = {"type": "http.response.body", "body": b""}

    def __init__(self, scope: Scope, hub: Hub, subject: int) -> None:
        super().__init__(hub, subject)
        self.scope = scope
        self._chunked = False

    @abstractmethod
    async def prepare(self) -> None:
        """Before the answer: finds what will be streamed. A DomainError is answered as problem+json."""

    @abstractmethod
    async def begin(self) -> None:
        """The stream is open: joins its topic and writes the first messages."""

    @property
    def last_event_id(self) -> str | None:
        """The id of the last message that the client got before it reconnected; whatever it claims."""
        return header(self.scope, b"last-event-id")

    def join(self, topic: Topic) -> None:
        """Watches a topic that was just opened."""
        join_topic(topic, self, topic.streams)

    def write(self, data: bytes) -> None:
        """See Viewer.write."""
        super().write(chunk(data) if self._chunked else data)

    @classmethod
    def as_asgi(cls, subject: str) -> Application:
        """The ASGI application; `subject` names the URL's argument that holds the viewer's subject."""

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            stream = cls(scope, current_hub(), int(scope["url_route"]["kwargs"][subject]))
            try:
                await stream._refuse_or_prepare()
            except DomainError as error:
                await _answer_problem(send, error)
            else:
                await stream._run(receive, send)

        return application

    async def _refuse_or_prepare(self) -> None:
        if self.scope["method"] != "GET":
            raise MethodRefused
        if not is_own_origin(self.scope):
            raise PermissionRefused("This feed can't be read from another site.")
        try:
            await self.prepare()
        except DATABASE_AWAY as error:
            raise Overloaded from error

    async def _run(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        # Clients that lost us together come back one by one.
        hint = b"retry: %d\n\n" % random.randint(1000, 3000)
        await send({"type": "http.response.body", "body": hint, "more_body": True})
        wire = Wire(send)
        self._chunked = wire.chunked
        self._wire = wire
        try:
            await self.begin()
            while (await receive())["type"] != "http.disconnect":
                pass
        except DATABASE_AWAY:
            wire.abort()  # the client comes back
        finally:
            self.hub.leave(self)


async def _answer_problem(send: Send, error: DomainError) -> None:
    headers = [(b"content-type", b"application/problem+json"), *_headers_of(error)]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": encode(error.body())})


def _headers_of(error: DomainError) -> Headers:
    headers = [
        (b"allow", "GET" if isinstance(error, MethodRefused) else None),
        (b"retry-after", error.extra.get("retry_after")),
        (b"www-authenticate", getattr(error, "auth_header", None)),
    ]
    return [(name, str(value).encode()) for name, value in headers if value is not None]
