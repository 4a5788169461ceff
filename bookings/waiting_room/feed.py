"""The live feed of queues: signed-in viewers of an event receive their position, and their admission.

Positions are read once a second for all viewers of this process, and at once after an admission.
"""

from collections.abc import Callable, Iterable
from typing import Any

from bookings.waiting_room.join import QueuePosition
from bookings.waiting_room.messages import frame, message, queue_position_event
from bookings.waiting_room.models import QueuePass
from bookings.waiting_room.room import Room
from core.redis import RedisUnavailable
from events.models import Event
from realtime.feed import Feed, Topic

# A buyer gets an update when the number of people ahead has changed by 1/250, not for each person.
UPDATE_FRACTION = 250

UserIds = dict[int, list[int]]  # by event id: the users who watch its queue
Positions = dict[int, QueuePosition]  # by user id; users who are not in the queue are missing


class QueueTopic(Topic):
    """The queue of one event, and its viewers (open connections); the `sign_in` of each identifies its user."""

    def __init__(self, event_id: int) -> None:
        super().__init__(event_id)
        self.sent: dict[Any, dict[str, Any]] = {}  # by viewer: the last event sent to it

    def user_ids(self) -> list[int]:
        """Return the ids of the users who watch the queue, each once."""
        return list({viewer.sign_in.user_id for viewer in self.sockets | self.streams})

    def apply(self, positions: Positions) -> None:
        """Send each viewer its user's position, or that they have none any more, if enough changed (`needs_update`)."""
        before, self.sent = self.sent, {}
        self._send(self.sockets, before, positions, frame)
        self._send(self.streams, before, positions, lambda event: message(event, self.key))

    def _send(
        self,
        viewers: set[Any],
        before: dict[Any, dict[str, Any]],
        positions: Positions,
        encode: Callable[[dict[str, Any]], bytes],
    ) -> None:
        for viewer in viewers:
            known, position = before.get(viewer), positions.get(viewer.sign_in.user_id)
            if known is None and position is None:
                continue  # the viewer never was in the queue
            event = queue_position_event(position)
            if needs_update(known, event):
                viewer.write(encode(event))
                known = event
            if position is not None and known is not None:
                self.sent[viewer] = known


def needs_update(known: dict[str, Any] | None, event: dict[str, Any]) -> bool:
    """Return whether to send `event` to a viewer whose last event was `known` (None if there was none).

    It is not sent if only the number of buyers ahead has changed, by less than 1/UPDATE_FRACTION of it. The estimates
    follow from the other members or, before the lottery, count down by themselves.
    """
    if known is None or known["type"] != event["type"] or not event.get("ahead") or not known.get("ahead"):
        return known is None or _without_estimates(known) != _without_estimates(event)
    settings = ("paused", "admit_per_minute", "opens_at")
    if any(known[name] != event[name] for name in settings):
        return True
    moved = abs(known["ahead"] - event["ahead"])
    return bool(moved >= max(1, event["ahead"] // UPDATE_FRACTION))


def _without_estimates(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if not name.startswith("eta_")}


class QueueFeed(Feed[QueueTopic]):
    """All watched queues of this process."""

    def load(self, key: int) -> QueueTopic:
        """Return the topic of an event's queue."""
        return QueueTopic(key)

    def handle(self, topic: QueueTopic, message: dict[str, Any]) -> None:
        """Have the positions of this queue's viewers read and sent; the message (`publish_admission`) has none."""
        self.hub.refresh(self, [topic])

    def query(self, topics: Iterable[QueueTopic]) -> UserIds:
        """Return the ids of the users who watch each queue, by event id."""
        return {topic.key: topic.user_ids() for topic in topics}

    def fetch(self, query: UserIds) -> dict[int, Positions]:
        """Read the positions of these users, by event id.

        A queue that can't be read is left out, so that no viewer receives `queue_left` by mistake. A waiting room that
        is off has no positions.
        """
        events = Event.objects.defer("seating_config", "description").filter(pk__in=query, waiting_room_on=True)
        found: dict[int, Positions] = {event_id: {} for event_id in query}
        for event in events:
            try:
                found[event.pk] = read_positions(event, query[event.pk])
            except RedisUnavailable:
                del found[event.pk]
        return found

    def apply(self, result: dict[int, Positions]) -> None:
        """Pass the positions to the topics of their events, which send them."""
        for event_id, positions in result.items():
            if event_id in self.topics:
                self.topics[event_id].apply(positions)

    def flush(self, topics: list[QueueTopic]) -> None:
        """Do nothing: positions are sent when they are applied."""

    def every_second(self, second: int) -> None:
        """Do nothing: the buyers' feed sends the comments that keep the same connections open."""


def read_positions(event: Event, user_ids: list[int]) -> Positions:
    """Return the positions, by user id, of those users who wait or have an active pass. Raises RedisUnavailable."""
    room = Room(event.pk)
    ranks, waiting_users = room.ranks(user_ids), len(room)
    others = [user_id for user_id in user_ids if user_id not in ranks]
    passes = QueuePass.objects.active().filter(event=event, user_id__in=others)
    waiting = {user_id: QueuePosition(event, rank, waiting_users) for user_id, rank in ranks.items()}
    return waiting | {found.user_id: QueuePosition(event, queue_pass=found) for found in passes}
