"""Sets the status of an event to sold_out, or back to available, as its seats change."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core.clock import Now
from events.models import Event, Subsection
from events.states import EventStatus

# The event has a seat that can still be sold: it is free, or held and may become free.
UNSOLD = Exists(Subsection.objects.filter(Q(available__gt=0) | Q(reserved__gt=0), event_id=OuterRef("pk")))
ANY_SOLD = Exists(Subsection.objects.filter(sold__gt=0, event_id=OuterRef("pk")))
ANY_FREE = Exists(Subsection.objects.filter(available__gt=0, event_id=OuterRef("pk")))


def refresh_event_status(event: Event, *subsections: Subsection) -> None:
    """Have `refresh_sold_out` called for the event after the commit, if its status may have to change.

    `subsections` are those whose seats were changed in this transaction.

    When two transactions sell the last seats of two subsections at the same time, neither sees the other's seats before
    the commit. If a crash prevents the call, the sweep `update_by_clock` makes up for it seconds later.
    """
    subsection_full = any(subsection.available == 0 and subsection.reserved == 0 for subsection in subsections)
    if subsection_full or (
        event.status == EventStatus.SOLD_OUT and any(subsection.available > 0 for subsection in subsections)
    ):
        transaction.on_commit(lambda: refresh_sold_out(event.pk), robust=True)


def refresh_sold_out(event_id: int | None = None) -> None:
    """Set the status of an event by its seats; without an id, of all events. Two guarded updates.

    An available event becomes sold_out if a seat is sold and none is available or reserved. A sold_out event becomes
    available if a seat is available.
    """
    events = Event.objects.all() if event_id is None else Event.objects.filter(pk=event_id)
    events.filter(ANY_SOLD, ~UNSOLD, status=EventStatus.AVAILABLE).update(status=EventStatus.SOLD_OUT, updated_at=Now())
    events.filter(ANY_FREE, status=EventStatus.SOLD_OUT).update(status=EventStatus.AVAILABLE, updated_at=Now())


def status_by_seats(event_id: int) -> EventStatus:
    """Return the status that an event on sale has by its seats: sold_out or available."""
    full = Event.objects.filter(ANY_SOLD, ~UNSOLD, pk=event_id).exists()
    return EventStatus.SOLD_OUT if full else EventStatus.AVAILABLE
