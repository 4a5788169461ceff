"""A short text that tells sellers what the status of their event means right now."""

from datetime import datetime

from events.models import Event
from events.states import EventStatus
from events.wall_clocks import clock_text

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
        return _begun(event, now)
    if closes and closes <= now:
        return f"Published, but sales ended on {clock_text(event, closes)}. Change the end of sales to sell again."
    if opens and opens > now:
        return f"Published. Sales begin on {clock_text(event, opens)}; until then buyers can only look."
    closes = event.sales_close_at
    return f"Buyers can reserve and pay for seats{f' until {clock_text(event, closes)}' if closes else ''}."


def _begun(event: Event, now: datetime) -> str:
    closes = event.sales_close_at
    if closes and closes > now:
        until = clock_text(event, closes)
        return f"The event has begun. Late entry: buyers can reserve and pay for seats until {until}."
    return "The event has begun, so sales are closed. To sell seats now, set “Late entry until”."
