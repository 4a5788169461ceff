"""The transition tables: every pair of statuses."""

from collections.abc import Callable
from itertools import product

import pytest
from django.db import transaction

from accounts.models import User
from bookings.holds.models import Booking
from bookings.holds.transitions import lock_booking, move
from bookings.states import BOOKING_TRANSITIONS, PAYMENT_TRANSITIONS, BookingStatus, PaymentStatus
from core.clock import database_now
from core.errors import InvalidState


def test_every_status_is_in_the_transition_tables() -> None:
    assert set(BOOKING_TRANSITIONS) == set(BookingStatus)
    assert set(PAYMENT_TRANSITIONS) == set(PaymentStatus)


@pytest.mark.parametrize(("before", "after"), list(product(BookingStatus, BookingStatus)))
def test_only_transitions_in_the_table_are_possible(
    hold: Callable[..., Booking], alice: User, before: BookingStatus, after: BookingStatus
) -> None:
    booking = hold(alice)
    Booking.objects.filter(pk=booking.pk).update(status=before, paid_at=database_now())
    with transaction.atomic():
        locked = lock_booking(booking.pk)
        if after in BOOKING_TRANSITIONS[before]:
            move(locked, after)
        else:
            with pytest.raises(InvalidState):
                move(locked, after)
    booking.refresh_from_db()
    assert booking.status == (after if after in BOOKING_TRANSITIONS[before] else before)
