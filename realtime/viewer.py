"""One connected client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import structlog

if TYPE_CHECKING:
    from realtime.feed import Topic
    from realtime.hub import Hub
    from realtime.wire import Wire  # brings Daphne along, which no other process needs

log = structlog.get_logger(__name__)

MAX_UNSENT = 1024 * 1024  # bytes; who is further behind does not read, and is dropped


class Viewer:
    """A client of one spout (`Socket` or `Stream`). `subject` is the id of what its address names."""

    __slots__ = ("hub", "subject", "topics", "_wire")

    FAREWELL: ClassVar[dict[str, Any]]  # the ASGI message that ends it

    def __init__(self, hub: Hub, subject: int) -> None:
        self.hub = hub
        self.subject = subject
        self.topics: list[Topic] = []
        self._wire: Wire | None = None

    def send_away(self) -> None:
        """It may not hear any more what it came for: nothing else is told from here on. The client may come back."""
        self.hub.leave(self)
        if self._wire is not None:
            self.hub.start(self._wire.send(self.FAREWELL))
            self._wire = None

    def write(self, data: bytes) -> None:
        """Sends encoded bytes, in order. Never waits: a client that does not read is dropped."""
        if self._wire is None:
            return
        unsent = self._wire.write(data)
        if unsent > MAX_UNSENT:
            log.info("viewer_dropped", subject=self.subject, unsent=unsent)
            self._wire.abort()
            self._wire = None
