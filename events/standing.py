"""What the state of an event means right now, in a sentence for its seller."""

from datetime import datetime

from events.models import Event
from events.states import EventStatus
from events.words import moment

SENTENCES = {
    EventStatus.DRAFT: "Nobody but you sees it. Publish it when it is ready.",
    EventStatus.SOLD_OUT: "Every seat in sale is sold. If one comes back, it is on sale again by itself.",
    EventStatus.COMPLETED: "The event is over. Nothing can be booked any more.",
    EventStatus.ENDED: "You closed sales. Nothing can be held; sold tickets work. Called off? Refund the bookings.",
    EventStatus.CANCELLED: "It does not take place. Every hold ends, and every paid booking is refunded in full.",
}
INACTIVE = "Published, but not active: it is in no list, and nothing can be held or paid. Make it active to sell."


def standing(event: Event, now: datetime) -> str:
    """The sentence. `now` by the database's clock."""
    if event.status != EventStatus.AVAILABLE:
        return SENTENCES[EventStatus(event.status)]
    return _sale(event, now) if event.is_active else INACTIVE


def _sale(event: Event, now: datetime) -> str:
    opens, closes = event.sales_start_at, event.sales_end_at
    if closes and closes <= now:
        return f"Published, but sales ended on {moment(closes)}: nothing can be held. Move the end to sell on."
    if opens and opens > now:
        return f"Published. Sales begin on {moment(opens)}; until then buyers only look."
    return f"Buyers can hold and pay seats{f' until {moment(closes)}' if closes else ''}."
