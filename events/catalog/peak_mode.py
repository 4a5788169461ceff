"""Which events are in peak mode: those whose waiting room is on. Asked at every call, so it is up to a second old."""

import time
from functools import lru_cache

from django.db import DatabaseError, InterfaceError

from events.models import Event

LIFE_SECONDS = 1.0


def is_in_peak_mode(event_id: int) -> bool:
    """Whether the event's waiting room is on; False while the database does not answer."""
    try:
        return event_id in _in_peak_mode(int(time.monotonic() / LIFE_SECONDS))
    except (DatabaseError, InterfaceError):
        return False


@lru_cache(maxsize=1)
def _in_peak_mode(moment: int) -> frozenset[int]:
    """All of them; a new `moment` makes them be looked up again."""
    return frozenset(Event.objects.filter(waiting_room_on=True).values_list("pk", flat=True))
