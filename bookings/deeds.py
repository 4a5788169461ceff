"""What a seller can do about bookings at his desk. Each deed is one operation, with the words around it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from bookings.models import Booking
from bookings.operations.cancel import release_hold
from bookings.operations.refund import refund_booking
from bookings.operations.resend import resend_tickets
from bookings.states import OPEN, SOLD, BookingStatus
from events.money import money


@dataclass(frozen=True)
class Deed:
    """A button of a booking's page and an action of the list. `act` is given the booking's id and who asks."""

    name: str
    label: str
    act: Callable[[uuid.UUID, User], object]
    possible_from: tuple[BookingStatus, ...]
    means: str  # what it will do to each booking, said before
    done: str  # said and logged when it is done; {total} and {buyer} are the booking's
    moves_money: bool = False

    def possible(self, booking: Booking) -> bool:
        """Whether it can be done to a booking (`for_display`) as it is now."""
        return booking.shown_status in self.possible_from

    def done_to(self, booking: Booking) -> str:
        """The sentence for the log."""
        return self.done.format(total=money(booking.total_price, booking.event.currency), buyer=booking.buyer.email)


def _release(booking_id: uuid.UUID, seller: User) -> None:
    release_hold(booking_id=booking_id, seller=seller)


def _refund(booking_id: uuid.UUID, seller: User) -> None:
    refund_booking(booking_id=booking_id, user=seller)


def _resend(booking_id: uuid.UUID, seller: User) -> None:
    resend_tickets(booking_id=booking_id, seller=seller)


DEEDS: dict[str, Deed] = {
    deed.name: deed
    for deed in (
        Deed(
            name="release",
            label="Cancel the hold",
            act=_release,
            possible_from=OPEN,
            means="The seats are free for others at once. Nothing was charged. The buyer is told by mail.",
            done="Hold cancelled: the seats are free again, {buyer} is told by mail.",
        ),
        Deed(
            name="refund",
            label="Refund",
            act=_refund,
            possible_from=SOLD,
            means="The whole price goes back to the card that paid, the tickets are void, the seats are in sale again. "
            "The buyer is told by mail. This can't be taken back.",
            done="Refunded {total}: the tickets are void, {buyer} is told by mail.",
            moves_money=True,
        ),
        Deed(
            name="resend",
            label="Send the tickets again",
            act=_resend,
            possible_from=SOLD,
            means="The buyer gets one more mail with the same tickets.",
            done="Tickets sent again to {buyer}.",
        ),
    )
}
