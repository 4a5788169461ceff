"""The actions of sellers on bookings in the admin; each runs one operation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from bookings.holds.cancel import release_hold
from bookings.holds.models import Booking
from bookings.holds.places import block_name, places_text
from bookings.payments.refund import refund_booking
from bookings.states import OPEN, SOLD, BookingStatus
from bookings.tickets.resend import resend_tickets
from core.money.amounts import money
from core.text.formatting import pluralize
from events.seller_admin.actions import (
    AdminAction,
    Confirmation,
    ConfirmationPart,
    by_name,
)


@dataclass(frozen=True, kw_only=True)
class BookingAction(AdminAction):
    """An admin action on bookings, which must be read with `for_display`. `done` may contain {total} and {buyer}."""

    possible_from: tuple[BookingStatus, ...]
    moves_money: bool = False

    def offered(self, row: Booking) -> bool:
        """Return whether the booking's shown status allows the action."""
        return row.shown_status in self.possible_from

    def confirmation(self, rows: Sequence[Booking]) -> Confirmation:
        """Return what the confirmation page shows: the bookings to change, and how many stay as they are."""
        possible = [booking for booking in rows if self.offered(booking)]
        others = Counter(state_of(booking) for booking in rows if not self.offered(booking))
        affected = ConfirmationPart("Nothing to do.", [])
        if possible:
            affected = ConfirmationPart(f"{self.counted(possible)}.", [self.explanation])
        unaffected = [
            ConfirmationPart("", [], _unaffected_text(number, state)) for state, number in sorted(others.items())
        ]
        table = [(booking.buyer.email, booking.event.name, *_place(booking), price_of(booking)) for booking in possible]
        return Confirmation(possible, [affected, *unaffected], ("Buyer", "Event", "Block", "Seats", "Total"), table)

    def done_message(self, row: Booking) -> str:
        """Return the log entry for one booking: `done` with its total and its buyer's email address."""
        return self.done.format(total=price_of(row), buyer=row.buyer.email)

    def counted(self, rows: Sequence[Booking]) -> str:
        """Return the number of bookings, with their total if the action moves money."""
        return super().counted(rows) + (f", {_total(rows)}" if self.moves_money else "")


def state_of(booking: Booking) -> str:
    """Return the label of the status that people see: expired once the deadline has passed, even before the sweep."""
    return BookingStatus(booking.shown_status).label


def price_of(booking: Booking) -> str:
    """Return the total of a booking, formatted with its currency."""
    return money(booking.total_price, booking.event.currency)


def _place(booking: Booking) -> tuple[str, str]:
    return block_name(booking.subsection, booking.event).short, places_text(booking)


def _total(bookings: Sequence[Booking]) -> str:
    """Return the sum of the bookings' totals, once for each currency."""
    sums = Counter[str]()
    for booking in bookings:
        sums[booking.event.currency] += booking.total_price
    return ", ".join(money(amount, currency) for currency, amount in sorted(sums.items()))


def _unaffected_text(number: int, state: str) -> str:
    remain = "stays as it is" if number == 1 else "stay as they are"
    return f"{pluralize(number, 'booking')} with the status “{state}” can’t take this step and {remain}."


def _release(booking: Booking, seller: User) -> None:
    release_hold(booking_id=booking.pk, seller=seller)


def _refund(booking: Booking, seller: User) -> None:
    refund_booking(booking_id=booking.pk, user=seller)


def _resend(booking: Booking, seller: User) -> None:
    resend_tickets(booking_id=booking.pk, seller=seller)


BOOKING_ACTIONS = by_name(
    BookingAction(
        name="release",
        label="Cancel the reservation",
        act=_release,
        possible_from=OPEN,
        explanation="The seats are free for others at once. Nothing was charged. The buyer gets an email.",
        done="Reservation cancelled: the seats are free again, {buyer} gets an email.",
    ),
    BookingAction(
        name="refund",
        label="Refund",
        act=_refund,
        possible_from=SOLD,
        explanation="The whole price goes back to the card that paid, the tickets are void, the seats are free again. "
        "The buyer gets an email. This can't be undone.",
        done="Refunded {total}: the tickets are void, {buyer} gets an email.",
        moves_money=True,
        final=True,
    ),
    BookingAction(
        name="resend",
        label="Send the tickets again",
        act=_resend,
        possible_from=SOLD,
        explanation="The buyer gets another email with the same tickets.",
        done="Tickets sent again to {buyer}.",
    ),
)
