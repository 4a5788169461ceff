"""Text about bookings for people: statuses and lengths of time. formatting.js has the same for the pages."""

from collections.abc import Sequence
from typing import NamedTuple

from bookings.holds.models import Booking
from bookings.holds.places import places_word
from bookings.states import TIME_IS_UP, BookingStatus


class StatusText(NamedTuple):
    """How a page shows a status: a label, an icon and a tone (CSS class) beside it, and what it means to the buyer.

    In the tables below, {places} stands for what the booking's places are called.
    """

    label: str
    icon: str
    tone: str
    meaning: str


STATUS_TEXTS: dict[str, StatusText] = {
    BookingStatus.PROCESSING: StatusText("Being reserved", "clock", "accent", "We are reserving the {places} for you."),
    BookingStatus.PENDING_PAYMENT: StatusText(
        "Waiting for payment", "clock", "warn", "The {places} are reserved for you until the time to pay runs out."
    ),
    BookingStatus.PAID: StatusText("Paid", "check", "good", "The {places} are yours."),
    BookingStatus.COMPLETED: StatusText("Took place", "check", "", "The event is over."),
    BookingStatus.FAILED: StatusText(
        "Not booked", "cross", "bad", "We could not reserve the {places}. Nothing was charged."
    ),
    BookingStatus.CANCELLED: StatusText(
        "Cancelled", "cross", "", "You cancelled the reservation. Nothing was charged."
    ),
    BookingStatus.EXPIRED: StatusText(
        "Expired", "hourglass", "", "The time to pay ran out, so the {places} are free again. Nothing was charged."
    ),
    BookingStatus.REFUNDED: StatusText(
        "Refunded", "back", "", "The money goes back to the card or account you paid with."
    ),
}


# The texts of a booking that costs nothing, where they differ.
FREE_TEXTS: dict[str, StatusText] = {
    BookingStatus.PENDING_PAYMENT: StatusText(
        "Reserved", "clock", "warn", "The {places} are reserved for you until the time runs out. They are free."
    ),
    BookingStatus.PAID: StatusText("Booked", "check", "good", "The {places} are yours."),
    BookingStatus.REFUNDED: StatusText("Returned", "back", "", "The tickets were returned. They had cost nothing."),
}


def status_text(bookings: Sequence[Booking]) -> StatusText:
    """Return the text for the status that bookings of one order have, loaded with `for_display`.

    If the first stores why it failed or was cancelled, this reason replaces the usual meaning.
    """
    booking = bookings[0]
    texts = STATUS_TEXTS if any(one.total_price for one in bookings) else STATUS_TEXTS | FREE_TEXTS
    text = texts[booking.shown_status]
    reason = booking.shown_failure
    meaning = reason if reason and reason != TIME_IS_UP else text.meaning.format(places=places_word(*bookings))
    return text._replace(meaning=meaning)


def duration_text(seconds: int) -> str:
    """Format a length of time: 300 is "5 min", 90 is "1 min 30 s"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{amount} {unit}" for amount, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if amount]
    return " ".join(parts) or "0 s"
