"""Look up which events are in peak mode, with stricter rate limits: those whose waiting room is on.

Every API call needs this, so the result is cached and up to LIFE_SECONDS old.
"""

import time
from functools import lru_cache

from django.db import DatabaseError, InterfaceError

from events.models import Event

LIFE_SECONDS = 1.0


def is_in_peak_mode(event_id: int) -> bool:
    """Return whether the event is in peak mode (its waiting room is on); False while the database is unavailable."""
    try:
        return event_id in _in_peak_mode(int(time.monotonic() / LIFE_SECONDS))
    except (DatabaseError, InterfaceError):
        return False


@lru_cache(maxsize=1)
def _in_peak_mode(period: int) -> frozenset[int]:
    """Return the ids of the events in peak mode. A new `period` number causes a new query."""
    return frozenset(Event.objects.filter(waiting_room_on=True).values_list("pk", flat=True))
