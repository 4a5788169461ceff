"""Completes events that are over."""

from core.clock import Now
from events.models import Event
from events.schedule import is_over
from events.states import ON_SALE, EventStatus


def complete_ended_events() -> int:
    """Mark events that are available or sold out as completed once they are over; return how many.

    Without an end, an event is over DEFAULT_EVENT_HOURS after its start. The time is that of the database's clock. Each
    row is checked again under its lock, so an event whose dates are being corrected is left alone.
    """
    over = Event.objects.filter(is_over(), status__in=ON_SALE)
    return over.update(status=EventStatus.COMPLETED, updated_at=Now())
