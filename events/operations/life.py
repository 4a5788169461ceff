"""The steps of an event that nobody asks for: sold out and back by its seats, completed by the clock."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from events.clock import Now
from events.models import Event, Subsection
from events.states import EventStatus

# A seat that is not sold but in sale: free, or held and so perhaps free again.
UNSOLD = Exists(Subsection.objects.filter(Q(available__gt=0) | Q(reserved__gt=0), event_id=OuterRef("pk")))
ANY_SOLD = Exists(Subsection.objects.filter(sold__gt=0, event_id=OuterRef("pk")))
ANY_FREE = Exists(Subsection.objects.filter(available__gt=0, event_id=OuterRef("pk")))


def follow_seats(event: Event, *blocks: Subsection) -> None:
    """After a change of these blocks, and only if it can matter: look whether the event is sold out, or no longer.

    It looks after the commit, not in the transaction: of two that sell the last seats of two blocks at once,
    neither sees the other's seats before. What a crash leaves out, `follow_the_clock` does seconds later.
    """
    last_one = any(block.available == 0 and block.reserved == 0 for block in blocks)
    if last_one or (event.status == EventStatus.SOLD_OUT and any(block.available > 0 for block in blocks)):
        transaction.on_commit(lambda: refresh_sold_out(event.pk), robust=True)


def refresh_sold_out(event_id: int | None = None) -> None:
    """Moves the event (or all events) between available and sold_out as its seats say: two guarded updates."""
    events = Event.objects.all() if event_id is None else Event.objects.filter(pk=event_id)
    events.filter(ANY_SOLD, ~UNSOLD, status=EventStatus.AVAILABLE).update(status=EventStatus.SOLD_OUT, updated_at=Now())
    events.filter(ANY_FREE, status=EventStatus.SOLD_OUT).update(status=EventStatus.AVAILABLE, updated_at=Now())


def complete_ended_events() -> int:
    """Events on sale or sold out whose end has passed by the database's clock become completed; returns how many."""
    over = Event.objects.filter(
        status__in=[EventStatus.AVAILABLE, EventStatus.SOLD_OUT], ends_at__isnull=False, ends_at__lte=Now()
    )
    return over.update(status=EventStatus.COMPLETED, updated_at=Now())
