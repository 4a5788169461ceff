"""Which events are in a surge: those whose waiting room is on. Asked at every call, so it is a moment old at most."""

import time
from functools import lru_cache

from django.db import DatabaseError, InterfaceError

from events.models import Event

LIFE_SECONDS = 1.0


def is_surging(event_id: int) -> bool:
    """Whether the event's waiting room is on; False while the database does not answer."""
    try:
        return event_id in _surging(int(time.monotonic() / LIFE_SECONDS))
    except (DatabaseError, InterfaceError):
        return False


@lru_cache(maxsize=1)
def _surging(moment: int) -> frozenset[int]:
    """All of them; `moment` makes it be looked up again."""
    return frozenset(Event.objects.filter(waiting_room_on=True).values_list("pk", flat=True))
