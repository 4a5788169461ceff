"""A waiting room in numbers, for who runs it."""

from dataclasses import dataclass
from datetime import timedelta

from accounts.redis import RedisGone
from bookings.models import QueuePass
from bookings.waiting.room import Room
from events.clock import Now

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WaitingNumbers:
    """How many wait (None if Redis is gone), have a pass that counts, and were let in during the last minute."""

    waiting: int | None
    active: int
    admitted_last_minute: int


def waiting_numbers(event_id: int) -> WaitingNumbers:
    """The numbers of an event's waiting room, now."""
    passes = QueuePass.objects.filter(event_id=event_id)
    a_minute_ago = Now() - MINUTE
    lately = passes.filter(ends_at__gt=a_minute_ago, issued_at__gt=a_minute_ago)  # by their end there is an index
    return WaitingNumbers(_waiting(event_id), passes.active().count(), lately.count())


def _waiting(event_id: int) -> int | None:
    try:
        return len(Room(event_id))
    except RedisGone:
        return None
