"""What can be watched. An app describes its feed this way; the hub runs it without knowing what it is about.

Two sources tell a feed what happened: news, which is fast and may be lost, and once a second the database, which is
slow and true. Each must lead to the same messages, and either alone must be enough.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Generic, Protocol, TypeVar

from realtime.frames import COMMENT
from realtime.viewer import Viewer

HEARTBEAT_SECONDS = 15  # between comments on a stream


class Topic:
    """One watched thing, such as an event, and who watches it in this process."""

    def __init__(self, key: int) -> None:
        self.key = key
        self.sockets: set[Any] = set()
        self.streams: set[Any] = set()
        self.idle_seconds = 0

    @property
    def watched(self) -> bool:
        """Whether anybody watches."""
        return bool(self.sockets or self.streams)


AnyTopic = TypeVar("AnyTopic", bound=Topic)


class Runner(Protocol):
    """What a feed may ask of the hub."""

    def due(self, feed: Feed[Any], topic: Topic) -> None:
        """There is something to tell: `flush` will come, at once or after the last one, for all that is due by then."""

    def ask(self, feed: Feed[Any], topics: list[Any]) -> None:
        """Read the truth of these topics now; `learn` will come."""


class Feed(ABC, Generic[AnyTopic]):
    """All watched topics of one kind in this process."""

    def __init__(self, name: str, hub: Runner) -> None:
        self.name = name
        self.hub = hub
        self.topics: dict[int, AnyTopic] = {}

    @abstractmethod
    def load(self, key: int) -> AnyTopic:
        """In a thread: the topic as the database has it. Raises NotFound."""

    @abstractmethod
    def hear(self, topic: AnyTopic, message: dict[str, Any]) -> None:
        """In the loop: news of a topic; may come twice, late, in any order or never."""

    @abstractmethod
    def question(self, topics: Iterable[AnyTopic]) -> Any:
        """In the loop: what `read` has to know."""

    @abstractmethod
    def read(self, question: Any) -> Any:
        """In a thread, once a second: what the database has that the question does not know. Few queries for all."""

    @abstractmethod
    def learn(self, answer: Any) -> None:
        """In the loop: what was read. News may have overtaken it."""

    @abstractmethod
    def flush(self, topics: list[AnyTopic]) -> None:
        """In the loop: tells the viewers of these topics what is due."""

    def beat(self, second: int) -> None:
        """In the loop, once a second, counted from 1: keeps the lines alive."""
        if second % HEARTBEAT_SECONDS == 0:
            for topic in self.topics.values():
                for viewer in topic.streams:
                    viewer.write(COMMENT)


_feeds: dict[str, type[Feed[Any]]] = {}


def register_feed(name: str, feed: type[Feed[Any]]) -> None:
    """Makes a feed known by name, so that apps can join feeds of apps they must not import (AppConfig.ready).

    Its news is published to the groups "{name}.{key}".
    """
    _feeds[name] = feed


def registered_feeds() -> dict[str, type[Feed[Any]]]:
    """All feeds by name."""
    return _feeds


def group_of(name: str, key: int) -> str:
    """The group in which news of a topic is told."""
    return f"{name}.{key}"


def join_topic(topic: Topic, viewer: Viewer, viewers: set[Any]) -> None:
    """Notes on both sides that `viewer` watches `topic`, as one of its `viewers` (sockets or streams)."""
    viewers.add(viewer)
    viewer.topics.append(topic)
    topic.idle_seconds = 0
