"""Bookings in words: what a status means to its buyer, and how seats are said."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from bookings.models import Booking
from bookings.states import TIME_IS_UP, BookingStatus


class Wording(NamedTuple):
    """A status as people read it: a word or two, the icon and the tone beside it, and what it means."""

    word: str
    icon: str
    tone: str
    meaning: str


WORDINGS: dict[str, Wording] = {
    BookingStatus.PROCESSING: Wording("Being held", "clock", "accent", "We are getting the seats for you."),
    BookingStatus.PENDING_PAYMENT: Wording(
        "Waiting for payment", "clock", "warn", "The seats are held for you until the time to pay is over."
    ),
    BookingStatus.PAID: Wording("Paid", "check", "good", "The seats are yours."),
    BookingStatus.COMPLETED: Wording("Took place", "check", "", "The event is over."),
    BookingStatus.FAILED: Wording("Not booked", "cross", "bad", "The seats could not be held. Nothing was charged."),
    BookingStatus.CANCELLED: Wording("Cancelled", "cross", "", "You let the seats go. Nothing was charged."),
    BookingStatus.EXPIRED: Wording(
        "Expired", "hourglass", "", "The time to pay ran out, so the seats are free again. Nothing was charged."
    ),
    BookingStatus.REFUNDED: Wording("Refunded", "back", "", "The money goes back to the card that paid."),
}


class Line(NamedTuple):
    """The seats of one row of a booking, as on a receipt."""

    row: int
    seats: str
    quantity: int
    price: int


def wording(booking: Booking) -> Wording:
    """The words for a booking (`for_display`) as it is now; a reason that was noted replaces the usual meaning."""
    words = WORDINGS[booking.shown_status]
    reason = booking.shown_failure
    return words._replace(meaning=reason) if reason and reason != TIME_IS_UP else words


def lines(booking: Booking) -> list[Line]:
    """One line for each row of the block that the booking has seats in, from the front; prices in minor units."""
    places = sorted(divmod(position, booking.subsection.cols) for position in booking.positions)
    rows = [(row, [seat + 1 for _, seat in group]) for row, group in groupby(places, key=lambda place: place[0])]
    return [Line(row + 1, ranges(seats), len(seats), len(seats) * booking.unit_price) for row, seats in rows]


def places(booking: Booking) -> str:
    """The seats of a booking in one line: "row 2, seats 4–5; row 3, seat 1"."""
    return "; ".join(f"row {line.row}, seat{'s' if line.quantity > 1 else ''} {line.seats}" for line in lines(booking))


def ranges(numbers: Iterable[int]) -> str:
    """Ascending numbers as people write them: 4, 5, 6, 9 is "4–6, 9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def in_words(seconds: int) -> str:
    """A length of time as a button says it: 300 is "5 min", 90 is "1 min 30 s"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{amount} {unit}" for amount, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if amount]
    return " ".join(parts) or "0 s"
