"""The hub: one per process (event loop). Hears news, asks the database once a second, and has the feeds tell it.

channel layer ──news──▶ Ear ─▶ Feed.hear ─┐
                                          ├─▶ due ─(no faster than it is written)─▶ Feed.flush ─▶ viewers
database ──once a second──▶ Feed.learn ───┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from itertools import count
from typing import Any

import structlog

from realtime.database import DATABASE_AWAY, in_thread
from realtime.ear import Ear, Message
from realtime.feed import Feed, Topic, group_of, registered_feeds
from realtime.viewer import Viewer

log = structlog.get_logger(__name__)

# What comes while viewers are being told, and for a moment after, is told together: small audiences hear as often as a
# screen shows something new, and however large one is, the loop has a third of its time for everything else.
MERGE_SECONDS = 1 / 60  # from one telling to the next, at least
REST = 0.5  # of the time that a telling took, after it
LINGER_SECONDS = 3  # an unwatched topic is kept that long: viewers reload pages


class Hub:
    """Who watches what in this process. Everything here runs in the one event loop."""

    def __init__(self) -> None:
        self._feeds: dict[str, Feed[Any]] = {name: feed(name, self) for name, feed in registered_feeds().items()}
        self._ear = Ear(self._hear)
        self._opening: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._asked: dict[Feed[Any], list[Any]] = {}
        self._stale: set[str] = set()  # feeds whose last read failed
        self._pending: dict[Feed[Any], list[Any]] = {}
        self._flush_timer: asyncio.TimerHandle | None = None
        self._flush_from = 0.0  # not before that, by the loop's clock
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.start(self._ear.listen())
        self.start(self._pulse())

    # --- Watching ----------------------------------------------------------------------------------

    async def open(self, name: str, key: int) -> Any:
        """The topic `key` of the feed `name`, read from the database if nobody watches it yet. Raises NotFound.

        Join it before the next await, or it may be closed again.
        """
        feed = self._feeds[name]
        while (topic := feed.topics.get(key)) is None:
            if (name, key) not in self._opening:
                self._opening[name, key] = self.start(self._open(feed, key))
            await asyncio.shield(self._opening[name, key])
        return topic

    def leave(self, viewer: Viewer) -> None:
        """The viewer has gone."""
        for topic in viewer.topics:
            topic.sockets.discard(viewer)
            topic.streams.discard(viewer)
        viewer.topics.clear()

    async def _open(self, feed: Feed[Any], key: int) -> None:
        """Listens first and reads then; what fell between is asked for once more."""
        group = group_of(feed.name, key)
        try:
            await self._ear.want(group)
            feed.topics[key] = await in_thread(feed.load, key)
        except BaseException:
            await self._ear.forget(group)
            raise
        finally:
            del self._opening[feed.name, key]
        self.ask(feed, [feed.topics[key]])

    # --- What happened -----------------------------------------------------------------------------

    def _hear(self, message: Message) -> None:
        name, _, key = message.get("group", "").partition(".")
        topic = self._feeds[name].topics.get(int(key)) if name in self._feeds else None
        if topic is not None:
            self._feeds[name].hear(topic, message)

    async def _pulse(self) -> None:
        for second in count(1):
            await asyncio.sleep(1)
            self.start(self._ear.check())
            for feed in self._feeds.values():
                self._read_truth(feed)
                self._beat(feed, second)
            await self._close_unwatched()

    def _beat(self, feed: Feed[Any], second: int) -> None:
        try:
            feed.beat(second)
        except Exception:
            log.exception("beat_failed")

    def _read_truth(self, feed: Feed[Any]) -> None:
        """Unless the last read still runs: a slow database is not asked faster."""
        running = self._reading.get(feed.name)
        if feed.topics and (running is None or running.done()):
            self._reading[feed.name] = self.start(self._refresh(feed, feed.topics.values()))

    def ask(self, feed: Feed[Any], topics: list[Any]) -> None:
        """See Runner. What is asked while the answer to another question is awaited goes into the next."""
        if feed in self._asked:
            self._asked[feed] += topics
        else:
            self._asked[feed] = topics
            self.start(self._answer(feed))

    async def _answer(self, feed: Feed[Any]) -> None:
        while topics := self._asked[feed]:
            self._asked[feed] = []
            await self._refresh(feed, topics)
        del self._asked[feed]

    async def _refresh(self, feed: Feed[Any], topics: Iterable[Any]) -> None:
        """Asks the database; a database that is away is asked again in a second."""
        try:
            feed.learn(await in_thread(feed.read, feed.question(topics)))
        except Exception as error:
            if feed.name not in self._stale:
                unforeseen = not isinstance(error, DATABASE_AWAY)
                log.warning("live_feed_stale", feed=feed.name, reason=repr(error), exc_info=unforeseen)
            self._stale.add(feed.name)
        else:
            self._stale.discard(feed.name)

    async def _close_unwatched(self) -> None:
        for feed in self._feeds.values():
            for key, topic in list(feed.topics.items()):
                topic.idle_seconds = 0 if topic.watched else topic.idle_seconds + 1
                if topic.idle_seconds > LINGER_SECONDS:
                    del feed.topics[key]
                    await self._ear.forget(group_of(feed.name, key))

    # --- Telling it --------------------------------------------------------------------------------

    def relay(self, name: str, key: int, message: Message) -> None:
        """Passes a viewer's word on to the feed `name` of every process, this one included; may be lost."""
        self.start(self._ear.tell(group_of(name, key), message))

    def due(self, feed: Feed[Any], topic: Topic) -> None:
        """See Runner."""
        topics = self._pending.setdefault(feed, [])
        if topic not in topics:
            topics.append(topic)
        if self._flush_timer is None:
            self._flush_timer = self._loop.call_at(self._flush_from, self._flush)

    def _flush(self) -> None:
        started = self._loop.time()
        pending, self._pending = self._pending, {}
        for feed, topics in pending.items():
            try:
                feed.flush(topics)
            except Exception:
                log.exception("flush_failed")
        ended = self._loop.time()
        self._flush_from = max(started + MERGE_SECONDS, ended + (ended - started) * REST)
        self._flush_timer = None

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Has it run beside everything else."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


_hub: Hub | None = None


def current_hub() -> Hub:
    """The hub of the running event loop."""
    global _hub
    if _hub is None or _hub._loop is not asyncio.get_running_loop():
        _hub = Hub()
    return _hub
