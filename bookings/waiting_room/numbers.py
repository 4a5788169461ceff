"""Numbers of a waiting room, for sellers and operators."""

from dataclasses import dataclass
from datetime import timedelta

from bookings.waiting_room.models import QueuePass
from bookings.waiting_room.room import Room
from core.clock import Now
from core.redis import RedisUnavailable

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WaitingNumbers:
    """The numbers of users who wait (None without Redis), have an active pass, and were admitted in the last minute."""

    waiting: int | None
    active: int
    admitted_last_minute: int


def waiting_numbers(event_id: int) -> WaitingNumbers:
    """Return the current numbers of an event's waiting room."""
    passes = QueuePass.objects.filter(event_id=event_id)
    a_minute_ago = Now() - MINUTE
    # `ends_at` narrows nothing (a pass ends after it is issued), but it has an index.
    recent = passes.filter(ends_at__gt=a_minute_ago, issued_at__gt=a_minute_ago)
    return WaitingNumbers(_waiting(event_id), passes.active().count(), recent.count())


def _waiting(event_id: int) -> int | None:
    try:
        return len(Room(event_id))
    except RedisUnavailable:
        return None
