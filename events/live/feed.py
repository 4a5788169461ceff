"""The live feed of events: how subsections learn about changes from messages and from the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from core import read_only
from core.errors import NotFound
from events.live.presence import Selection
from events.live.subsection import (
    Change,
    Counts,
    LiveSubsection,
    Snapshot,
)
from events.live.topic import EventTopic
from events.models import Event, Subsection
from events.states import SEAT_STEPS, ChangeKind
from realtime.feed import Feed

TICK_SECONDS = 5

# The queries get what is known and return only what differs from it.
CHANGED_SUBSECTIONS = """
    SELECT s.id, s.version, s.price, s.available, s.reserved, s.sold, s.blocked
    FROM events_subsection s
    JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS known (id, version, price) ON s.id = known.id
    WHERE s.version > known.version OR s.price <> known.price
"""
CHANGED_EVENTS = """
    SELECT e.*
    FROM events_event e
    JOIN unnest(%s::bigint[], %s::timestamptz[]) AS known (id, updated_at) ON e.id = known.id
    WHERE e.updated_at <> known.updated_at
"""
MISSED_CHANGES = """
    SELECT c.subsection_id, c.version, c.kind, c.positions, c.at
    FROM events_seatchange c
    JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS missed (id, known, version)
      ON c.subsection_id = missed.id AND c.version > missed.known AND c.version <= missed.version
    ORDER BY c.subsection_id, c.version
"""


class Query(NamedTuple):
    """What is known of the watched events and their subsections."""

    subsections: dict[int, tuple[int, int]]  # id: version, price
    events: dict[int, datetime]  # id: updated_at


class Result(NamedTuple):
    """What is different in the database."""

    snapshots: dict[int, Snapshot]  # by subsection id
    events: list[Event]
    read_only: bool


class EventFeed(Feed[EventTopic]):
    """All watched events of this process."""

    read_only = False  # whether read-only mode was on at the last query

    def load(self, key: int) -> EventTopic:
        """See Feed."""
        event = Event.objects.filter(pk=key).first()
        if event is None:
            raise NotFound("There is no such event.")
        return EventTopic(event, [_live(row) for row in Subsection.objects.filter(event_id=key)])

    def handle(self, topic: EventTopic, message: dict[str, Any]) -> None:
        """See Feed. A change of seats (events.publish.SeatsChanged) or a viewer's selection (events.live.presence)."""
        if "selection" in message:
            if topic.add_selection(Selection(**message["selection"])):
                self.hub.schedule_flush(self, topic)
            return
        subsection = topic.subsections.get(message["subsection_id"])
        if subsection is not None:
            counts = Counts(message["available"], message["reserved"], message["sold"], message["blocked"])
            steps = message["version"] - message["from_version"]
            subsection.handle(
                Change(message["version"], message["status"], message["positions"], message["at"], counts, steps)
            )
            self._changed(topic, [subsection])

    def query(self, topics: Iterable[EventTopic]) -> Query:
        """See Feed."""
        topics = list(topics)
        known = {
            subsection.id: (subsection.version, subsection.price)
            for topic in topics
            for subsection in topic.subsections.values()
        }
        return Query(known, {topic.key: topic.event.updated_at for topic in topics})

    def fetch(self, query: Query) -> Result:
        """See Feed."""
        return Result(*fetch_changes(query.subsections, query.events), read_only.is_read_only())

    def apply(self, result: Result) -> None:
        """See Feed."""
        self.read_only = result.read_only
        for event in result.events:
            if event.pk in self.topics:
                self.topics[event.pk].update_event(event)
        for topic in self.topics.values():
            changed = [topic.subsections[id] for id in topic.subsections.keys() & result.snapshots.keys()]
            for subsection in changed:
                subsection.apply_snapshot(result.snapshots[subsection.id])
            if changed:
                self._changed(topic, changed)

    def flush(self, topics: list[EventTopic]) -> None:
        """See Feed."""
        for topic in topics:
            topic.flush()

    def every_second(self, second: int) -> None:
        """See Feed. Also sends a `tick` frame to each WebSocket every `TICK_SECONDS`."""
        super().every_second(second)
        if second % TICK_SECONDS == 0:
            for topic in self.topics.values():
                if topic.sockets:
                    tick = topic.tick(read_only=self.read_only)
                    for socket in topic.sockets:
                        socket.write(tick)

    def _changed(self, topic: EventTopic, subsections: list[LiveSubsection]) -> None:
        topic.clear_cache()
        if any(subsection.pending for subsection in subsections):
            self.hub.schedule_flush(self, topic)


def fetch_changes(
    subsections: dict[int, tuple[int, int]], events: dict[int, datetime]
) -> tuple[dict[int, Snapshot], list[Event]]:
    """Return `fetch_snapshots` and `fetch_events`.

    Events are read first, so that no viewer gets a subsection's old price after others received the event's new ones.
    """
    changed = fetch_events(events)
    return fetch_snapshots(subsections), changed


def fetch_snapshots(known: dict[int, tuple[int, int]]) -> dict[int, Snapshot]:
    """Return snapshots of those subsections {id: (version, price)} that differ in the database."""
    versions, prices = zip(*known.values(), strict=True) if known else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SUBSECTIONS, [list(known), list(versions), list(prices)])
        rows = cursor.fetchall()
        snapshots = {id: Snapshot(version, price, Counts(*counts), []) for id, version, price, *counts in rows}
        if snapshots:
            from_versions = [known[id][0] for id in snapshots]
            to_versions = [snapshot.version for snapshot in snapshots.values()]
            cursor.execute(MISSED_CHANGES, [list(snapshots), from_versions, to_versions])
            for id, version, kind, positions, at in cursor.fetchall():
                status = SEAT_STEPS[ChangeKind(kind)][1].value
                snapshots[id].changes.append(Change(version, status, positions, at))
    return snapshots


def fetch_events(known: dict[int, datetime]) -> list[Event]:
    """Return those events {id: updated_at} that have changed since."""
    return list(Event.objects.raw(CHANGED_EVENTS, [list(known), list(known.values())])) if known else []


def _live(row: Subsection) -> LiveSubsection:
    return LiveSubsection(
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
