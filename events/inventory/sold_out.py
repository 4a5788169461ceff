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
    """Check after the commit whether the event is sold out or available again, if these changes may affect that.

    The check runs after the commit: when two transactions sell the last seats of two subsections at the same time,
    neither sees the other's seats before. If a crash prevents the check, the sweep `update_by_clock` runs it seconds
    later.
    """
    subsection_full = any(subsection.available == 0 and subsection.reserved == 0 for subsection in subsections)
    if subsection_full or (
        event.status == EventStatus.SOLD_OUT and any(subsection.available > 0 for subsection in subsections)
    ):
        transaction.on_commit(lambda: refresh_sold_out(event.pk), robust=True)


def refresh_sold_out(event_id: int | None = None) -> None:
    """Set the status of one event, or of all, to available or sold_out, by its seats. Two guarded updates."""
    events = Event.objects.all() if event_id is None else Event.objects.filter(pk=event_id)
    events.filter(ANY_SOLD, ~UNSOLD, status=EventStatus.AVAILABLE).update(status=EventStatus.SOLD_OUT, updated_at=Now())
    events.filter(ANY_FREE, status=EventStatus.SOLD_OUT).update(status=EventStatus.AVAILABLE, updated_at=Now())
