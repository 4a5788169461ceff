"""One connected client."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import structlog

from realtime.feed import Topic
from realtime.hub import Hub
from realtime.transport import Transport

log = structlog.get_logger(__name__)

MAX_UNSENT = 1024 * 1024  # bytes waiting for a client; one that is further behind does not read and is dropped


class Viewer(ABC):
    """A client connected by WebSocket (`Socket`) or SSE (`Stream`).

    `subject` is the id in the client's URL, such as that of an event.
    """

    __slots__ = ("hub", "subject", "topics", "_transport")

    CLOSE_MESSAGE: ClassVar[dict[str, Any]]  # the ASGI message by which the server ends the connection

    def __init__(self, hub: Hub, subject: int) -> None:
        self.hub = hub
        self.subject = subject
        self.topics: list[Topic] = []
        self._transport: Transport | None = None

    @abstractmethod
    def join(self, topic: Topic) -> None:
        """Watch a topic that `Hub.open` has just returned."""

    def leave(self) -> None:
        """Stop watching all topics."""
        for topic in self.topics:
            topic.sockets.discard(self)
            topic.streams.discard(self)
        self.topics.clear()

    def disconnect(self) -> None:
        """End the connection because the client may no longer receive this feed. The client may reconnect.

        What has already been written is still sent, but nothing that is written from now on.
        """
        self.leave()
        if self._transport is not None:
            self.hub.start(self._transport.send(self.CLOSE_MESSAGE))
            self._transport = None

    def write(self, data: bytes) -> None:
        """Send encoded bytes, in order and without waiting. A client that does not read is dropped."""
        if self._transport is None:
            return
        unsent = self._transport.write(data)
        if unsent > MAX_UNSENT:
            log.info("viewer_dropped", subject=self.subject, unsent=unsent)
            self._transport.abort()
            self._transport = None

    def _add_to(self, topic: Topic, viewers: set[Any]) -> None:
        """Add this viewer to `topic.sockets` or `topic.streams`."""
        viewers.add(self)
        self.topics.append(topic)
        topic.idle_seconds = 0
