"""The hub: one per process (event loop). Receives messages, queries the database once a second and runs the feeds.

channel layer ── messages ──▶ Subscriber ─▶ Feed.handle ─┐
                                                         ├─▶ schedule_flush ─▶ Feed.flush ─▶ viewers
database ◀── once a second ── Feed.fetch ─▶ Feed.apply ──┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from itertools import count
from typing import Any

import structlog

from realtime.database import DATABASE_AWAY, in_thread
from realtime.feed import Feed, Topic, group_name, registered_feeds
from realtime.subscriber import Message, Subscriber

log = structlog.get_logger(__name__)

# Changes that arrive while a flush runs, and shortly after it, go into the next flush together. A small audience gets
# updates as often as a screen refreshes; with a large one the loop keeps a third of its time for other work.
MERGE_SECONDS = 1 / 60  # minimum time from the start of one flush to the next
PAUSE_RATIO = 0.5  # length of the pause after a flush, relative to the time the flush took
LINGER_SECONDS = 3  # how long a topic without viewers is kept: people reload pages


class Hub:
    """The runner of all feeds of this process, with the topics that are watched here.

    All methods run in one event loop.
    """

    def __init__(self) -> None:
        self._feeds: dict[str, Feed[Any]] = {name: feed(name, self) for name, feed in registered_feeds().items()}
        self._subscriber = Subscriber(self._handle)
        self._opening: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._polls: dict[str, asyncio.Task[None]] = {}
        self._to_refresh: dict[Feed[Any], list[Any]] = {}
        self._stale: set[str] = set()  # names of feeds whose last query failed
        self._to_flush: dict[Feed[Any], list[Any]] = {}
        self._flush_timer: asyncio.TimerHandle | None = None
        self._flush_from = 0.0  # earliest time of the next flush, by the loop's clock
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.start(self._subscriber.run())
        self.start(self._run_every_second())

    # --- Topics ------------------------------------------------------------------------------------

    async def open(self, feed_name: str, key: int) -> Any:
        """Return a topic, reading it from the database if it is not open yet.

        Raises NotFound, or one of `DATABASE_AWAY`. Join the topic before the next `await`; a topic without
        viewers may be closed.
        """
        feed = self._feeds[feed_name]
        while (topic := feed.topics.get(key)) is None:
            if (feed_name, key) not in self._opening:
                self._opening[feed_name, key] = self.start(self._open(feed, key))
            await asyncio.shield(self._opening[feed_name, key])
        return topic

    async def _open(self, feed: Feed[Any], key: int) -> None:
        """Open a topic: subscribe to its group, read it from the database, then refresh it.

        Messages that arrive before it has been read are dropped; the refresh finds the changes they reported.
        """
        group = group_name(feed.name, key)
        try:
            await self._subscriber.subscribe(group)
            feed.topics[key] = await in_thread(feed.load, key)
        except BaseException:
            await self._subscriber.unsubscribe(group)
            raise
        finally:
            del self._opening[feed.name, key]
        self.refresh(feed, [feed.topics[key]])

    async def _close_unwatched(self) -> None:
        for feed in self._feeds.values():
            for key, topic in list(feed.topics.items()):
                topic.idle_seconds = 0 if topic.watched else topic.idle_seconds + 1
                if topic.idle_seconds > LINGER_SECONDS:
                    del feed.topics[key]
                    await self._subscriber.unsubscribe(group_name(feed.name, key))

    # --- Messages ----------------------------------------------------------------------------------

    def broadcast(self, feed_name: str, key: int, message: Message) -> None:
        """Start sending a message to a topic's group in all processes, this one included. The message may be lost."""
        self.start(self._subscriber.send(group_name(feed_name, key), message))

    def _handle(self, message: Message) -> None:
        name, _, key = message.get("group", "").partition(".")
        topic = self._feeds[name].topics.get(int(key)) if name in self._feeds else None
        if topic is not None:
            self._feeds[name].handle(topic, message)

    # --- Database ----------------------------------------------------------------------------------

    async def _run_every_second(self) -> None:
        for second in count(1):
            await asyncio.sleep(1)
            self.start(self._subscriber.check())
            for feed in self._feeds.values():
                self._poll(feed)
                self._call_every_second(feed, second)
            await self._close_unwatched()

    def _call_every_second(self, feed: Feed[Any], second: int) -> None:
        try:
            feed.every_second(second)
        except Exception:
            log.exception("every_second_failed")

    def _poll(self, feed: Feed[Any]) -> None:
        """Start a query for all topics of a feed, unless its last one still runs: a slow database gets no more load."""
        running = self._polls.get(feed.name)
        if feed.topics and (running is None or running.done()):
            self._polls[feed.name] = self.start(self._query(feed, feed.topics.values()))

    def refresh(self, feed: Feed[Any], topics: list[Any]) -> None:
        """Start a query of the database for these topics. Topics passed while it runs are queried together after it."""
        if feed in self._to_refresh:
            self._to_refresh[feed] += topics
        else:
            self._to_refresh[feed] = topics
            self.start(self._run_refresh(feed))

    async def _run_refresh(self, feed: Feed[Any]) -> None:
        while topics := self._to_refresh[feed]:
            self._to_refresh[feed] = []
            await self._query(feed, topics)
        del self._to_refresh[feed]

    async def _query(self, feed: Feed[Any], topics: Iterable[Any]) -> None:
        """Query the database for these topics and apply the result.

        A failure is logged, unless the feed's query before it failed too. The query of the next second tries again.
        """
        try:
            feed.apply(await in_thread(feed.fetch, feed.query(topics)))
        except Exception as error:
            if feed.name not in self._stale:
                unexpected = not isinstance(error, DATABASE_AWAY)
                log.warning("live_feed_stale", feed=feed.name, reason=repr(error), exc_info=unexpected)
            self._stale.add(feed.name)
        else:
            self._stale.discard(feed.name)

    # --- Flush -------------------------------------------------------------------------------------

    def schedule_flush(self, feed: Feed[Any], topic: Topic) -> None:
        """Add the topic to the next flush, which runs after the pause that follows the last one."""
        topics = self._to_flush.setdefault(feed, [])
        if topic not in topics:
            topics.append(topic)
        if self._flush_timer is None:
            self._flush_timer = self._loop.call_at(self._flush_from, self._flush)

    def _flush(self) -> None:
        started = self._loop.time()
        to_flush, self._to_flush = self._to_flush, {}
        for feed, topics in to_flush.items():
            try:
                feed.flush(topics)
            except Exception:
                log.exception("flush_failed")
        ended = self._loop.time()
        self._flush_from = max(started + MERGE_SECONDS, ended + (ended - started) * PAUSE_RATIO)
        self._flush_timer = None

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a coroutine as a task and return the task. The hub keeps a reference to it until it is done."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


_hub: Hub | None = None


def current_hub() -> Hub:
    """Return the hub of the running event loop, creating it at the first call."""
    global _hub
    if _hub is None or _hub._loop is not asyncio.get_running_loop():
        _hub = Hub()
    return _hub
