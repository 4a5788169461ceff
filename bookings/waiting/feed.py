"""The live feed of the queues: a signed-in viewer of an event hears where he stands, and when he is let in.

Read once a second for all viewers of this process, and at once when a queue has moved.
"""

from collections.abc import Callable, Iterable
from typing import Any

from accounts.redis import RedisGone
from bookings.models import QueuePass
from bookings.waiting.join import Standing
from bookings.waiting.messages import frame, message, standing_event
from bookings.waiting.room import Room
from events.models import Event
from realtime.feed import Feed, Topic

STEPS = 250  # of a way; who has more people ahead of him is told of so many steps, not of each person

Watchers = dict[int, list[int]]  # by event: the users that watch it
Standings = dict[int, Standing]  # by user; who is not in it is not in the queue


class QueueTopic(Topic):
    """The queue of one event. Its viewers have a `sign_in`."""

    def __init__(self, event_id: int) -> None:
        super().__init__(event_id)
        self.told: dict[Any, dict[str, Any]] = {}  # viewer: what he was told last

    def watchers(self) -> list[int]:
        """The users that watch, once each."""
        return list({viewer.sign_in.user_id for viewer in self.sockets | self.streams})

    def learn(self, standings: Standings) -> None:
        """Tells each viewer what is new for him."""
        before, self.told = self.told, {}
        self._tell(self.sockets, before, standings, frame)
        self._tell(self.streams, before, standings, lambda event: message(event, self.key))

    def _tell(
        self,
        viewers: set[Any],
        before: dict[Any, dict[str, Any]],
        standings: Standings,
        encode: Callable[[dict[str, Any]], bytes],
    ) -> None:
        for viewer in viewers:
            known, standing = before.get(viewer), standings.get(viewer.sign_in.user_id)
            if known is None and standing is None:
                continue  # he just looks at the seats
            event = standing_event(standing)
            if is_news(known, event):
                viewer.write(encode(event))
                known = event
            if standing is not None and known is not None:
                self.told[viewer] = known


def is_news(known: dict[str, Any] | None, event: dict[str, Any]) -> bool:
    """Whether somebody who was told `known` should be told this."""
    if known is None or known["type"] != event["type"] or not event.get("ahead") or not known.get("ahead"):
        return known != event
    settings = ("paused", "admit_per_minute", "opens_at")
    if any(known[name] != event[name] for name in settings):
        return True
    moved = abs(known["ahead"] - event["ahead"])
    return moved >= max(1, event["ahead"] // STEPS)


class QueueFeed(Feed[QueueTopic]):
    """All watched queues of this process."""

    def load(self, key: int) -> QueueTopic:
        """See Feed."""
        return QueueTopic(key)

    def hear(self, topic: QueueTopic, message: dict[str, Any]) -> None:
        """The queue has moved (bookings.waiting.news)."""
        self.hub.ask(self, [topic])

    def question(self, topics: Iterable[QueueTopic]) -> Watchers:
        """See Feed."""
        return {topic.key: topic.watchers() for topic in topics}

    def read(self, question: Watchers) -> dict[int, Standings]:
        """See Feed. Of a queue that can't be read nothing is said, so nobody is told that he lost his place."""
        events = Event.objects.defer("seating_config", "description").filter(pk__in=question, waiting_room_on=True)
        found: dict[int, Standings] = {event_id: {} for event_id in question}
        for event in events:
            try:
                found[event.pk] = read_standings(event, question[event.pk])
            except RedisGone:
                del found[event.pk]
        return found

    def learn(self, answer: dict[int, Standings]) -> None:
        """See Feed."""
        for event_id, standings in answer.items():
            if event_id in self.topics:
                self.topics[event_id].learn(standings)

    def flush(self, topics: list[QueueTopic]) -> None:
        """See Feed. Nothing is ever due: what is told, is told when it is learnt."""

    def beat(self, second: int) -> None:
        """The buyers' feed keeps the same lines alive."""


def read_standings(event: Event, user_ids: list[int]) -> Standings:
    """Of those who wait or were let in. Raises RedisGone."""
    ranks = Room(event.pk).ranks(user_ids)
    others = [user_id for user_id in user_ids if user_id not in ranks]
    passes = QueuePass.objects.active().filter(event=event, user_id__in=others)
    waiting = {user_id: Standing(event, rank) for user_id, rank in ranks.items()}
    return waiting | {found.user_id: Standing(event, queue_pass=found) for found in passes}
