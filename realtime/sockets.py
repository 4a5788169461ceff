"""Viewers by WebSocket, as a lean ASGI application: Channels' consumers would change to a thread for every frame."""

from abc import abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import orjson

from core.errors import (
    BadInput,
    DomainError,
    NotFound,
    Overloaded,
)
from realtime.connections import open_transport, use_fast_transport
from realtime.database import DATABASE_AWAY
from realtime.feed import Topic
from realtime.frames import socket_frame
from realtime.hub import Hub, current_hub
from realtime.origins import Scope, is_own_origin
from realtime.portable import PortableSocket
from realtime.transport import Receive, Send
from realtime.viewer import Viewer

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_FRAME = 4096  # bytes of one frame of a client
MAX_FRAMES, FRAMES_SECONDS = 20, 10.0  # frames of a client, in any span of so many seconds

CLOSE_BAD_FRAME = 4400
CLOSE_SIGNED_OUT = 4401
CLOSE_NOT_FOUND = 4404
CLOSE_TOO_MANY_FRAMES = 4429
CLOSE_TRY_AGAIN = 4503  # from the private range, because autobahn (used by Daphne) sends no registered code but 1000


class Closed(Exception):
    """Raised to close the socket with a WebSocket close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket(Viewer):
    """A viewer connected by WebSocket. Apps subclass it and implement `opened` and `received`."""

    __slots__ = ("scope", "_frame_times")

    CLOSE_MESSAGE = {"type": "websocket.close", "code": CLOSE_SIGNED_OUT}

    def __init__(self, scope: Scope, hub: Hub, subject: int) -> None:
        super().__init__(hub, subject)
        self.scope = scope
        self._frame_times: deque[float] = deque(maxlen=MAX_FRAMES)

    @abstractmethod
    async def opened(self) -> None:
        """Join topics and write the first frames. Called when the client has connected.

        NotFound closes the socket with 4404; any other DomainError, or an unavailable database, with 4503.
        """

    @abstractmethod
    async def received(self, frame: dict[str, Any]) -> None:
        """Handle one frame of the client, a JSON object. A DomainError is sent back as an `error` frame."""

    def closed(self) -> None:
        """Clean up. Called when the connection has ended, even if `opened` failed."""

    def join(self, topic: Topic) -> None:
        """Watch a topic that was just opened, as one of its sockets."""
        self._add_to(topic, topic.sockets)

    @classmethod
    def as_asgi(cls, subject: str) -> Application:
        """Return an ASGI application that serves each WebSocket with an instance of this class.

        `subject` is the name of the URL argument that holds the viewer's subject, such as "event_id".
        """
        use_fast_transport()  # decided, and logged, when the server starts

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await receive()  # websocket.connect
            if not is_own_origin(scope):
                await send({"type": "websocket.close"})  # before it is accepted: an HTTP 403
                return
            await send({"type": "websocket.accept"})
            socket = cls(scope, current_hub(), int(scope["url_route"]["kwargs"][subject]))
            await socket._run(receive, send)

        return application

    async def _run(self, receive: Receive, send: Send) -> None:
        self._transport = transport = open_transport(PortableSocket, send, receive)
        try:
            await self._open()
            while (message := await transport.receive())["type"] == "websocket.receive":
                await self._handle(self._parse(message))
        except Closed as closed:
            self._transport = None  # nothing may follow the close frame
            await transport.send({"type": "websocket.close", "code": closed.code})
        finally:
            self.leave()
            self.closed()

    async def _open(self) -> None:
        try:
            await self.opened()
        except NotFound as error:
            raise Closed(CLOSE_NOT_FOUND) from error
        except (DomainError, *DATABASE_AWAY) as error:
            raise Closed(CLOSE_TRY_AGAIN) from error

    async def _handle(self, frame: Any) -> None:
        try:
            if not isinstance(frame, dict):
                raise BadInput([], "A frame is a JSON object with a type.")
            await self.received(frame)
        except DomainError as error:
            self._send_error(error)
        except DATABASE_AWAY:
            self._send_error(Overloaded())

    def _send_error(self, error: DomainError) -> None:
        named = {"errors": error.extra["errors"]} if isinstance(error, BadInput) else {}
        self.write(socket_frame({"type": "error", "code": error.code, "detail": str(error), **named}))

    def _parse(self, message: dict[str, Any]) -> Any:
        """Return the JSON value of a frame. Raises Closed if it breaks a limit of size or rate, or is not JSON text."""
        now = monotonic()
        if len(self._frame_times) == MAX_FRAMES and now - self._frame_times[0] < FRAMES_SECONDS:
            raise Closed(CLOSE_TOO_MANY_FRAMES)
        self._frame_times.append(now)
        text = message.get("text")
        if text is None or len(text.encode()) > MAX_FRAME:
            raise Closed(CLOSE_BAD_FRAME)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise Closed(CLOSE_BAD_FRAME) from error


async def no_such_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Close the WebSocket with 4404. The ASGI application for paths at which there is nothing to watch.

    Accepts the WebSocket first, since browsers hide the close code otherwise.
    """
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": CLOSE_NOT_FOUND})
