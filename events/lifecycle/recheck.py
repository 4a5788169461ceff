"""Follow the rules of time zones: governments change them, often with only weeks of notice.

What the clock at the venue shows at the start stays: it is printed on tickets. The instant moves.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from core.transactions import retrying_transaction
from events.lifecycle.change import write_change
from events.lifecycle.dates import DATES
from events.models import Event
from events.schedule import still_on
from events.states import EventStatus
from events.wall_clocks import local_name
from events.zones import NoSuchTime, instant_of


class MovedTime(NamedTuple):
    """A time of an event whose instant differs by the present rules of its zone.

    `now` is None if the clock never shows that time any more; only the seller can say what is meant.
    """

    field: str
    local: datetime
    was: datetime
    now: datetime | None


def events_with_moved_times() -> Iterator[tuple[Event, list[MovedTime]]]:
    """Yield the events to come that have moved times, with these times; cancelled ones are left out."""
    events = Event.objects.filter(still_on()).exclude(time_zone="UTC").exclude(status=EventStatus.CANCELLED)
    for event in events.order_by("pk").iterator(chunk_size=500):
        if moved := moved_times(event):
            yield event, moved


def moved_times(event: Event) -> list[MovedTime]:
    """Return the times of the event whose instants differ by the present rules of its zone."""
    times = [_checked(event, name) for name in DATES]
    return [time for time in times if time is not None and time.now != time.was]


@retrying_transaction
def move_times(*, event_id: int) -> list[MovedTime]:
    """Move the instants of an event to where the present rules of its zone put them; return what was moved.

    1. Lock the event.
    2. Find its moved times. Those that no clock shows any more stay as they are.
    3. Change them as the seller would, and tell people who have seats why.

    Raises BadInput if the new times contradict each other.
    """
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    moved = [time for time in moved_times(event) if time.now is not None]
    if moved:
        instants: dict[str, Any] = {time.field: time.now for time in moved}
        write_change(event_id, has_new_rules=True, **instants)
    return moved


def _checked(event: Event, name: str) -> MovedTime | None:
    instant, local = getattr(event, name), getattr(event, local_name(name))
    if instant is None or local is None:
        return None
    try:
        return MovedTime(name, local, instant, instant_of(local, event.time_zone, near=instant))
    except NoSuchTime:
        return MovedTime(name, local, instant, None)
