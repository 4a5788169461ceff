"""The interface of transports, which carry a viewer's bytes to its client. There is a fast and a portable one."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Transport(Protocol):
    """A connection to one client. Only for use in the event loop's thread."""

    @property
    def receive(self) -> Receive:
        """A coroutine function like ASGI's `receive`. After `abort` it returns a disconnect message."""

    @property
    def chunked(self) -> bool:
        """Whether `write` expects HTTP chunks instead of plain data. Known once the response's headers are sent."""

    @property
    def unsent(self) -> int:
        """Number of written bytes that the client's connection has not taken yet."""

    def write(self, data: bytes) -> int:
        """Send encoded frames or parts of a stream, in order and without waiting. Return `unsent`."""

    async def send(self, message: dict[str, Any]) -> None:
        """Send an ASGI message after everything that was written."""

    def abort(self) -> None:
        """End the connection and drop the bytes that are still unsent."""
