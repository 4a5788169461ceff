"""The base class of what clients can watch, `Feed`. Apps implement feeds; the hub runs them, whatever they are about.

A feed learns about changes from two sources: messages published to a group, which are fast but may be lost, and a
query of the database once a second, which is slower but always right. Both must lead to the same output, and either
one alone must be enough.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Generic, Protocol, TypeVar

from realtime.frames import COMMENT

HEARTBEAT_SECONDS = 15  # between comments on a stream


class Topic:
    """One watched object, such as an event, and its viewers in this process.

    `key` is the object's id. `idle_seconds` counts the seconds for which nobody has watched it.
    """

    def __init__(self, key: int) -> None:
        self.key = key
        self.sockets: set[Any] = set()
        self.streams: set[Any] = set()
        self.idle_seconds = 0

    @property
    def watched(self) -> bool:
        """Whether the topic has any viewer."""
        return bool(self.sockets or self.streams)


AnyTopic = TypeVar("AnyTopic", bound=Topic)


class FeedRunner(Protocol):
    """Protocol: the methods that a feed may call of the hub, which runs all feeds of this process."""

    def schedule_flush(self, feed: Feed[Any], topic: Topic) -> None:
        """Have `feed.flush` called soon, with this topic and all others scheduled by then."""

    def refresh(self, feed: Feed[Any], topics: list[Any]) -> None:
        """Start a query of the database for these topics; its result is passed to `feed.apply`."""


class Feed(ABC, Generic[AnyTopic]):
    """All watched topics of one kind in this process.

    `load` and `fetch` run in a thread and may use the database. Everything else runs in the event loop and must not
    block.
    """

    def __init__(self, name: str, hub: FeedRunner) -> None:
        self.name = name
        self.hub = hub
        self.topics: dict[int, AnyTopic] = {}

    @abstractmethod
    def load(self, key: int) -> AnyTopic:
        """Return a new topic for this key, read from the database. Runs in a thread. Raises NotFound."""

    @abstractmethod
    def handle(self, topic: AnyTopic, message: dict[str, Any]) -> None:
        """Process a message published to the topic's group. Messages may arrive twice, late, in any order or never."""

    @abstractmethod
    def query(self, topics: Iterable[AnyTopic]) -> Any:
        """Return what this process knows of these topics, such as their versions, for `fetch` to compare."""

    @abstractmethod
    def fetch(self, query: Any) -> Any:
        """Return what differs in the database from `query`, a result of the method `query`. Runs in a thread.

        Called at least once a second, so it should need few SQL queries for all topics together.
        """

    @abstractmethod
    def apply(self, result: Any) -> None:
        """Update the topics with a result of `fetch`.

        Messages that were handled meanwhile may have brought a topic to a newer state than the result's.
        """

    @abstractmethod
    def flush(self, topics: list[AnyTopic]) -> None:
        """Send the changes of these topics that their viewers have not received yet."""

    def every_second(self, second: int) -> None:
        """Send a comment to each stream every HEARTBEAT_SECONDS, which keeps its connection open.

        The hub calls this once a second, with `second` counted from 1.
        """
        if second % HEARTBEAT_SECONDS == 0:
            for topic in self.topics.values():
                for viewer in topic.streams:
                    viewer.write(COMMENT)


_feeds: dict[str, type[Feed[Any]]] = {}


def register_feed(name: str, feed: type[Feed[Any]]) -> None:
    """Register a feed under a name. Call it in `AppConfig.ready`.

    Apps open topics by the feed's name, so they can use feeds of apps they must not import. Messages for a topic are
    published to its group (`group_name`).
    """
    _feeds[name] = feed


def registered_feeds() -> dict[str, type[Feed[Any]]]:
    """Return {name: feed class} of all registered feeds."""
    return _feeds


def group_name(feed: str, key: int) -> str:
    """Return the name of the group to which messages for the topic `key` of a feed are published."""
    return f"{feed}.{key}"
