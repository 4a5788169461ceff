"""The live feed of events: passes changes from published messages and from the database to the topics."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from core import read_only
from core.errors import NotFound
from events.live.loading import live_subsections
from events.live.presence import Selection
from events.live.queries import fetch_changes
from events.live.subsection import Change, Counts, LiveSubsection, Snapshot
from events.live.topic import EventTopic
from events.models import Event
from realtime.feed import Feed

TICK_SECONDS = 5  # between `tick` frames


class Query(NamedTuple):
    """What this process knows of the watched events and their subsections."""

    subsections: dict[int, tuple[int, int]]  # id: version, price
    events: dict[int, datetime]  # id: updated_at
    plans: dict[int, int | None]  # id: version of the seating plan


class Result(NamedTuple):
    """What the database has that differs from a Query, and whether read-only mode is on."""

    snapshots: dict[int, Snapshot]  # by subsection id
    events: list[Event]
    replanned: dict[int, list[LiveSubsection]]  # by event id: the subsections of another version of its seating plan
    read_only: bool


class EventFeed(Feed[EventTopic]):
    """The feed of all events that are watched in this process."""

    read_only = False  # whether read-only mode was on at the last query

    def load(self, key: int) -> EventTopic:
        """Return a new topic for the event with this id, with its subsections. Raises NotFound."""
        event = Event.objects.filter(pk=key).first()
        if event is None:
            raise NotFound("There is no such event.")
        return EventTopic(event, live_subsections(event))

    def handle(self, topic: EventTopic, message: dict[str, Any]) -> None:
        """Process a change of seats (events.publish.SeatsChanged) or a viewer's selection (events.live.presence)."""
        if "selection" in message:
            if topic.add_selection(Selection(**message["selection"])):
                self.hub.schedule_flush(self, topic)
            return
        subsection = topic.subsections.get(message["subsection_id"])
        if subsection is not None:
            counts = Counts(message["available"], message["reserved"], message["sold"], message["blocked"])
            version, version_count = message["version"], message["version"] - message["from_version"]
            subsection.handle(
                Change(version, message["status"], message["positions"], message["at"], counts, version_count)
            )
            self._changed(topic, [subsection])

    def query(self, topics: Iterable[EventTopic]) -> Query:
        """Return what this process knows of these events and their subsections."""
        topics = list(topics)
        known = {
            subsection.id: (subsection.version, subsection.price)
            for topic in topics
            for subsection in topic.subsections.values()
        }
        events = {topic.key: topic.event.updated_at for topic in topics}
        return Query(known, events, {topic.key: topic.event.plan_version_id for topic in topics})

    def fetch(self, query: Query) -> Result:
        """Return the subsections and events that differ in the database, and whether read-only mode is on."""
        snapshots, events = fetch_changes(query.subsections, query.events)
        replanned = {
            event.pk: live_subsections(event) for event in events if event.plan_version_id != query.plans[event.pk]
        }
        return Result(snapshots, events, replanned, read_only.is_read_only())

    def apply(self, result: Result) -> None:
        """Update the watched events and their subsections, and have the changes sent to their viewers."""
        self.read_only = result.read_only
        for event in result.events:
            if event.pk in self.topics:
                if event.pk in result.replanned:
                    self.topics[event.pk].replace_subsections(result.replanned[event.pk])
                self.topics[event.pk].update_event(event)
        for topic in self.topics.values():
            changed = [topic.subsections[id] for id in topic.subsections.keys() & result.snapshots.keys()]
            for subsection in changed:
                subsection.apply_snapshot(result.snapshots[subsection.id])
            if changed:
                self._changed(topic, changed)

    def flush(self, topics: list[EventTopic]) -> None:
        """Send the pending changes and selections of these events to their viewers."""
        for topic in topics:
            topic.flush()

    def every_second(self, second: int) -> None:
        """Send comments to streams like every feed, and a `tick` frame to each WebSocket every `TICK_SECONDS`."""
        super().every_second(second)
        if second % TICK_SECONDS == 0:
            for topic in self.topics.values():
                topic.send_tick(read_only=self.read_only)

    def _changed(self, topic: EventTopic, subsections: list[LiveSubsection]) -> None:
        topic.clear_cache()
        if any(subsection.pending for subsection in subsections):
            self.hub.schedule_flush(self, topic)
