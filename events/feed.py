"""The live feed of events: the two ways by which their blocks learn what happened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from accounts import read_only
from events.blocks import Block, Change, Counts, Truth
from events.looking import Mark
from events.models import Event, Subsection
from events.states import SEAT_STEPS, ChangeKind
from events.topic import EventTopic
from realtime.feed import Feed
from ticketing.errors import NotFound

TICK_SECONDS = 5

# Only what differs from what is known crosses the wire.
AHEAD = """
    SELECT s.id, s.version, s.price, s.available, s.reserved, s.sold, s.blocked
    FROM events_subsection s
    JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS known (id, version, price) ON s.id = known.id
    WHERE s.version > known.version OR s.price <> known.price
"""
CHANGED = """
    SELECT e.*
    FROM events_event e
    JOIN unnest(%s::bigint[], %s::timestamptz[]) AS known (id, updated_at) ON e.id = known.id
    WHERE e.updated_at <> known.updated_at
"""
TRAIL = """
    SELECT c.subsection_id, c.version, c.kind, c.positions, c.at
    FROM events_seatchange c
    JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS missed (id, known, version)
      ON c.subsection_id = missed.id AND c.version > missed.known AND c.version <= missed.version
    ORDER BY c.subsection_id, c.version
"""


class Question(NamedTuple):
    """What is known of the watched events and their blocks."""

    known: dict[int, tuple[int, int]]  # block id: version, price
    events: dict[int, datetime]  # event id: when it was changed last


class Answer(NamedTuple):
    """What the database has beyond it."""

    truths: dict[int, Truth]
    events: list[Event]
    read_only: bool


class EventFeed(Feed[EventTopic]):
    """All watched events of this process."""

    read_only = False  # whether nothing can be changed, as it was when the database was asked last

    def load(self, key: int) -> EventTopic:
        """See Feed."""
        event = Event.objects.filter(pk=key).first()
        if event is None:
            raise NotFound("There is no such event.")
        return EventTopic(event, [_block(row) for row in Subsection.objects.filter(event_id=key)])

    def hear(self, topic: EventTopic, message: dict[str, Any]) -> None:
        """News of seats (events.news.SeatNews), or what a viewer looks at (events.looking.Mark)."""
        if "mark" in message:
            if topic.mark(Mark(**message["mark"])):
                self.hub.due(self, topic)
            return
        block = topic.blocks.get(message["subsection_id"])
        if block is not None:
            counts = Counts(message["available"], message["reserved"], message["sold"], message["blocked"])
            steps = message["version"] - message["from_version"]
            block.hear(
                Change(message["version"], message["status"], message["positions"], message["at"], counts, steps)
            )
            self._changed(topic, [block])

    def question(self, topics: Iterable[EventTopic]) -> Question:
        """See Feed."""
        topics = list(topics)
        known = {block.id: (block.version, block.price) for topic in topics for block in topic.blocks.values()}
        return Question(known, {topic.key: topic.event.updated_at for topic in topics})

    def read(self, question: Question) -> Answer:
        """See Feed."""
        return Answer(*read_missed(question.known, question.events), read_only.seen())

    def learn(self, answer: Answer) -> None:
        """See Feed."""
        self.read_only = answer.read_only
        for event in answer.events:
            if event.pk in self.topics:
                self.topics[event.pk].learn_event(event)
        for topic in self.topics.values():
            blocks = [topic.blocks[id] for id in topic.blocks.keys() & answer.truths.keys()]
            for block in blocks:
                block.learn(answer.truths[block.id])
            if blocks:
                self._changed(topic, blocks)

    def flush(self, topics: list[EventTopic]) -> None:
        """See Feed."""
        for topic in topics:
            topic.flush()

    def beat(self, second: int) -> None:
        """Streams get their comment, sockets a tick."""
        super().beat(second)
        if second % TICK_SECONDS == 0:
            for topic in self.topics.values():
                if topic.sockets:
                    tick = topic.tick(read_only=self.read_only)
                    for socket in topic.sockets:
                        socket.write(tick)

    def _changed(self, topic: EventTopic, blocks: list[Block]) -> None:
        topic.changed()
        if any(block.due for block in blocks):
            self.hub.due(self, topic)


def read_missed(known: dict[int, tuple[int, int]], events: dict[int, datetime]) -> tuple[dict[int, Truth], list[Event]]:
    """`read_truths` and `read_changed`.

    The events first: so no viewer gets a block's old price after the others were told of the event's new ones.
    """
    changed = read_changed(events)
    return read_truths(known), changed


def read_truths(known: dict[int, tuple[int, int]]) -> dict[int, Truth]:
    """Of the blocks {id: (version, price)} those that the database has otherwise, with their trails since."""
    versions, prices = zip(*known.values(), strict=True) if known else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(AHEAD, [list(known), list(versions), list(prices)])
        truths = {id: Truth(version, price, Counts(*counts), []) for id, version, price, *counts in cursor.fetchall()}
        if truths:
            missed = [known[id][0] for id in truths]
            cursor.execute(TRAIL, [list(truths), missed, [truth.version for truth in truths.values()]])
            for id, version, kind, positions, at in cursor.fetchall():
                truths[id].trail.append(Change(version, SEAT_STEPS[ChangeKind(kind)][1].value, positions, at))
    return truths


def read_changed(known: dict[int, datetime]) -> list[Event]:
    """Of the events {id: updated_at} those that are another now."""
    return list(Event.objects.raw(CHANGED, [list(known), list(known.values())])) if known else []


def _block(row: Subsection) -> Block:
    return Block(
        id=row.pk,
        section=row.section,
        number=row.number,
        tier=row.tier,
        price=row.price,
        rows=row.rows,
        cols=row.cols,
        counts=Counts(row.available, row.reserved, row.sold, row.blocked),
        version=row.version,
    )
