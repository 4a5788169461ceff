"""Completes events whose end has passed."""

from core.clock import Now
from events.models import Event
from events.states import EventStatus


def complete_ended_events() -> int:
    """Mark events that are available or sold out as completed once their end has passed; return how many.

    The time is that of the database's clock.
    """
    ended = Event.objects.filter(
        status__in=[EventStatus.AVAILABLE, EventStatus.SOLD_OUT], ends_at__isnull=False, ends_at__lte=Now()
    )
    return ended.update(status=EventStatus.COMPLETED, updated_at=Now())
