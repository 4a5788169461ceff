"""Holds end by the database's clock; the sweep only tells the world."""

from collections.abc import Callable

from accounts.models import User
from bookings.models import Booking
from bookings.operations.expiry import expire_holds
from bookings.states import BookingStatus
from events.clock import database_now
from events.models import Event, SeatChange, Subsection


def test_the_sweep_frees_the_seats_of_holds_that_are_over(
    hold: Callable[..., Booking], alice: User, bob: User, concert: Event
) -> None:
    over = [hold(alice), hold(alice, section="B")]
    running = hold(bob)
    Booking.objects.filter(buyer=alice).update(expires_at=database_now())
    assert expire_holds() == 2
    assert set(Booking.objects.filter(status=BookingStatus.EXPIRED)) == set(over)
    blocks = Subsection.objects.filter(event=concert).values_list("available", "reserved", "version")
    assert list(blocks) == [(48, 2, 3), (50, 0, 0), (50, 0, 2), (50, 0, 0)]
    running.refresh_from_db()
    assert running.status == BookingStatus.PENDING_PAYMENT


def test_a_second_sweep_changes_nothing(hold: Callable[..., Booking], alice: User) -> None:
    hold(alice)
    Booking.objects.update(expires_at=database_now())
    assert [expire_holds(), expire_holds()] == [1, 0]
    assert SeatChange.objects.filter(kind="expired").count() == 1


def test_paid_and_cancelled_bookings_never_expire(paid_booking: Callable[..., Booking], alice: User) -> None:
    booking = paid_booking(alice)
    Booking.objects.update(expires_at=database_now())
    assert expire_holds() == 0
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PAID
