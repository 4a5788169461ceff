"""The portable transport: through ASGI's own `send`, so it works on any server."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from typing import Any, ClassVar

from realtime.frames import frame_texts
from realtime.transport import Receive, Send

CLOSE_SECONDS = 5.0  # for what was written, and the close message after it, to be sent


class PortableTransport(ABC):
    """A transport that uses only ASGI, so it works on any server.

    It needs several times the CPU of the fast one. It can tell that a client doesn't read only where the server's
    `send` waits for slow clients. Daphne's does not: there, a WebSocket client that doesn't read is closed when it
    doesn't answer pings (`--ping-timeout`), and an SSE client only when its TCP connection breaks.
    """

    __slots__ = ("_send", "_receive", "_queue", "_sender", "_aborted", "_closing", "unsent")

    CLOSE_MESSAGE: ClassVar[dict[str, Any]]
    DISCONNECT: ClassVar[dict[str, Any]]
    chunked = False

    def __init__(self, send: Send, receive: Receive) -> None:
        self._send = send
        self._receive = receive
        self._queue: deque[bytes] = deque()
        self._sender: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._aborted = asyncio.Event()
        self.unsent = 0

    @abstractmethod
    def messages(self, data: bytes) -> list[dict[str, Any]]:
        """Return the ASGI messages that send `data`."""

    def write(self, data: bytes) -> int:
        """Queue bytes to be sent, in order and without waiting. Return `unsent`.

        A task sends what is in the queue; at most one runs at a time. After `abort` nothing is queued.
        """
        if self._closing is None:
            self._queue.append(data)
            self.unsent += len(data)
            if self._sender is None or self._sender.done():
                self._sender = asyncio.create_task(self._send_queue())
        return self.unsent

    async def send(self, message: dict[str, Any]) -> None:
        """Send an ASGI message after everything that was written. Gives up after `CLOSE_SECONDS`, and never raises."""
        with suppress(Exception):  # servers may raise when the client has gone
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._sender is not None:
                    await asyncio.wait([self._sender])
                await self._send(message)

    async def receive(self) -> dict[str, Any]:
        """Return the client's next ASGI message; after `abort`, a disconnect message."""
        received = asyncio.ensure_future(self._receive())
        aborted = asyncio.ensure_future(self._aborted.wait())
        try:
            await asyncio.wait([received, aborted], return_when=asyncio.FIRST_COMPLETED)
            return received.result() if received.done() else self.DISCONNECT
        finally:
            received.cancel()
            aborted.cancel()

    def abort(self) -> None:
        """End the connection and drop queued bytes. ASGI can't drop what the server has already accepted."""
        if self._closing is None:
            self._queue.clear()
            self._closing = asyncio.create_task(self._close())

    async def _send_queue(self) -> None:
        try:
            while self._queue:
                data = self._queue.popleft()
                for message in self.messages(data):
                    await self._send(message)
                self.unsent -= len(data)
        except Exception:  # servers may raise when the client has gone, which `receive` reports
            self._queue.clear()
            self.unsent = 0

    async def _close(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send(self.CLOSE_MESSAGE)
        self._aborted.set()  # the application returns, and servers that wait for the client close the connection


class PortableSocket(PortableTransport):
    """The portable transport of a WebSocket."""

    __slots__ = ()

    CLOSE_MESSAGE = {"type": "websocket.close"}
    DISCONNECT = {"type": "websocket.disconnect"}

    def messages(self, data: bytes) -> list[dict[str, Any]]:
        """Return one `websocket.send` message for each frame in `data`."""
        return [{"type": "websocket.send", "text": text} for text in frame_texts(data)]


class PortableStream(PortableTransport):
    """The portable transport of an SSE stream."""

    __slots__ = ()

    CLOSE_MESSAGE = {"type": "http.response.body", "body": b""}
    DISCONNECT = {"type": "http.disconnect"}

    def messages(self, data: bytes) -> list[dict[str, Any]]:
        """Return one `http.response.body` message with `data`."""
        return [{"type": "http.response.body", "body": data, "more_body": True}]
