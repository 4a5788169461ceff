"""Cancelling and extending a hold, as its buyer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from bookings.errors import AlreadyPaid, HoldExpired, NotOwner, PaymentInProgress
from bookings.holds.cancel import cancel_booking
from bookings.holds.extend import extend_hold
from bookings.holds.models import Booking
from bookings.payments.gateways import gateway
from bookings.payments.pay import begin_payment
from bookings.states import BookingStatus
from core.clock import database_now
from core.errors import InvalidState, NotFound
from events.models import SeatChange, Ticket

Hold = Callable[..., Booking]


def test_the_seats_of_a_cancelled_hold_are_free_at_once(hold: Hold, alice: User, bob: User) -> None:
    booking = hold(alice, "1-1")
    assert cancel_booking(booking_id=booking.pk, buyer=alice).status == BookingStatus.CANCELLED
    assert not Ticket.objects.exclude(status="available").exists()
    assert SeatChange.objects.latest("version").kind == "cancelled"
    assert hold(bob, "1-1")


def test_a_booking_can_be_cancelled_only_once(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    cancel_booking(booking_id=booking.pk, buyer=alice)
    with pytest.raises(InvalidState):
        cancel_booking(booking_id=booking.pk, buyer=alice)


def test_a_paid_booking_cannot_be_cancelled(paid_booking: Hold, alice: User) -> None:
    booking = paid_booking(alice)
    with pytest.raises(InvalidState):
        cancel_booking(booking_id=booking.pk, buyer=alice)
    assert Ticket.objects.filter(status="sold").count() == 2


def test_a_booking_with_an_open_charge_cannot_be_cancelled(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())
    with pytest.raises(PaymentInProgress):
        cancel_booking(booking_id=booking.pk, buyer=alice)


@pytest.mark.parametrize("operation", [cancel_booking, extend_hold])
def test_only_the_buyer_can_cancel_or_extend_a_booking(
    hold: Hold, alice: User, bob: User, carol: User, dave: User, operation: Callable[..., Booking]
) -> None:
    booking = hold(alice)
    for stranger in (bob, dave):
        with pytest.raises(NotFound):
            operation(booking_id=booking.pk, buyer=stranger)
    with pytest.raises(NotOwner):  # the event's seller can see the booking
        operation(booking_id=booking.pk, buyer=carol)


def test_a_hold_can_be_extended_once_by_hold_seconds(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    extended = extend_hold(booking_id=booking.pk, buyer=alice)
    assert extended.expires_at == booking.expires_at + timedelta(seconds=300)
    with pytest.raises(InvalidState):
        extend_hold(booking_id=booking.pk, buyer=alice)


def test_a_hold_past_its_deadline_cannot_be_extended(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    Booking.objects.update(expires_at=database_now())
    with pytest.raises(HoldExpired):
        extend_hold(booking_id=booking.pk, buyer=alice)


def test_a_paid_booking_cannot_be_extended(paid_booking: Hold, alice: User) -> None:
    with pytest.raises(AlreadyPaid):
        extend_hold(booking_id=paid_booking(alice).pk, buyer=alice)
