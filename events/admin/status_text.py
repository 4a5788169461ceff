"""A short text that tells sellers what the status of their event means right now."""

from datetime import datetime

from core.text.times import time_text
from events.models import Event
from events.states import EventStatus

SENTENCES = {
    EventStatus.DRAFT: "Only you can see it. Publish it when it is ready.",
    EventStatus.SOLD_OUT: "Every seat on sale is sold. Seats that become free again go back on sale automatically.",
    EventStatus.COMPLETED: "The event is over. Nobody can book any more. If its dates are wrong, correct them "
    "below, and it goes on.",
    EventStatus.ENDED: "You closed sales. Nobody can reserve seats; tickets stay valid. You can cancel the event until "
    "it begins; after that, refund the bookings.",
    EventStatus.CANCELLED: "The event is cancelled. Every reservation ends, and every paid booking is refunded "
    "in full. You can still correct its name, description and venue.",
}
INACTIVE = "Published, but not active: it isn't listed, and nobody can reserve or pay. Tick “Active” to sell."


def status_text(event: Event, now: datetime) -> str:
    """Return what the event's status means at `now` (the database's time), as text for its seller."""
    if event.status != EventStatus.AVAILABLE:
        return SENTENCES[EventStatus(event.status)]
    return _sale(event, now) if event.is_active else INACTIVE


def _sale(event: Event, now: datetime) -> str:
    opens, closes = event.sales_start_at, event.sales_end_at
    if event.starts_at and event.starts_at <= now:
        return _begun(event.sales_close_at, now)
    if closes and closes <= now:
        return f"Published, but sales ended on {time_text(closes)}. Change the end of sales to sell again."
    if opens and opens > now:
        return f"Published. Sales begin on {time_text(opens)}; until then buyers can only look."
    closes = event.sales_close_at
    return f"Buyers can reserve and pay for seats{f' until {time_text(closes)}' if closes else ''}."


def _begun(closes: datetime | None, now: datetime) -> str:
    if closes and closes > now:
        return f"The event has begun. Late entry: buyers can reserve and pay for seats until {time_text(closes)}."
    return "The event has begun, so sales are closed. To sell seats now, set “Late entry until”."
