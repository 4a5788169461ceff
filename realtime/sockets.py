"""One WebSocket. A lean ASGI application: the stock consumers hop to a thread for every frame."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import orjson

from realtime.database import DATABASE_AWAY
from realtime.feed import Topic, join_topic
from realtime.frames import socket_frame
from realtime.hub import Hub, current_hub
from realtime.origins import Scope, is_own_origin
from realtime.viewer import Viewer
from realtime.wire import Wire
from ticketing.errors import BadInput, DomainError, NotFound, Overloaded

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_FRAME = 4096  # bytes a client may send at once
MAX_FRAMES, FRAMES_SECONDS = 20, 10.0  # and how many frames in how many seconds

CLOSE_BAD_FRAME = 4400
CLOSE_SIGNED_OUT = 4401
CLOSE_NOT_FOUND = 4404
CLOSE_TOO_MANY_FRAMES = 4429
CLOSE_TRY_AGAIN = 4503  # autobahn, which Daphne speaks with, sends no code of the registry but 1000


class Closed(Exception):
    """Ends the socket with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket(Viewer, ABC):
    """A viewer on a WebSocket. A door of an app fills in `opened` and `heard`."""

    __slots__ = ("scope", "_frame_times")

    FAREWELL = {"type": "websocket.close", "code": CLOSE_SIGNED_OUT}

    def __init__(self, scope: Scope, hub: Hub, subject: int) -> None:
        super().__init__(hub, subject)
        self.scope = scope
        self._frame_times: deque[float] = deque(maxlen=MAX_FRAMES)

    @abstractmethod
    async def opened(self) -> None:
        """The client is connected. NotFound closes with 4404, another DomainError with 4503."""

    @abstractmethod
    async def heard(self, frame: dict[str, Any]) -> None:
        """A frame of the client: a JSON object. A DomainError is told to it as an `error` frame."""

    def closed(self) -> None:
        """The client has gone, and may never have been `opened`."""

    def join(self, topic: Topic) -> None:
        """Watches a topic that was just opened."""
        join_topic(topic, self, topic.sockets)

    @classmethod
    def as_asgi(cls, subject: str) -> Application:
        """The ASGI application; `subject` names the URL's argument that holds the viewer's subject."""

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
        self._wire = Wire(send)
        try:
            await self._open()
            while (message := await receive())["type"] == "websocket.receive":
                await self._answer(self._frame_of(message))
        except Closed as closed:
            self._wire = None  # nothing may follow the close frame
            await send({"type": "websocket.close", "code": closed.code})
        finally:
            self.hub.leave(self)
            self.closed()

    async def _open(self) -> None:
        try:
            await self.opened()
        except NotFound as error:
            raise Closed(CLOSE_NOT_FOUND) from error
        except (DomainError, *DATABASE_AWAY) as error:
            raise Closed(CLOSE_TRY_AGAIN) from error

    async def _answer(self, frame: Any) -> None:
        try:
            if not isinstance(frame, dict):
                raise BadInput([], "A frame is a JSON object with a type.")
            await self.heard(frame)
        except DomainError as error:
            self._tell_error(error)
        except DATABASE_AWAY:
            self._tell_error(Overloaded())

    def _tell_error(self, error: DomainError) -> None:
        self.write(socket_frame({"type": "error", "code": error.code, "detail": str(error)}))

    def _frame_of(self, message: dict[str, Any]) -> Any:
        """What the client said. Raises Closed for what no client of ours would send."""
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
    """For every other path: closes with 4404, after accepting, since browsers don't show the code otherwise."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": CLOSE_NOT_FOUND})
