"""How a viewer talks to its client: what the fast and the portable transport have in common."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Transport(Protocol):
    """A connection to one client. Only for use in the event loop's thread."""

    @property
    def receive(self) -> Receive:
        """ASGI's `receive`. Reports a disconnect after `abort`."""

    @property
    def chunked(self) -> bool:
        """Whether `write` expects HTTP chunks instead of plain data. Known once the response's headers are sent."""

    @property
    def unsent(self) -> int:
        """Number of written bytes that the client's connection has not taken yet."""

    def write(self, data: bytes) -> int:
        """Send frames or parts of a stream, in order. Never waits. Return `unsent`."""

    async def send(self, message: dict[str, Any]) -> None:
        """Send an ASGI message after everything that was written."""

    def abort(self) -> None:
        """End the connection and drop `unsent` bytes."""
