"""Cancelling an event: holds end and all paid bookings are refunded."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from bookings.event_changes import tasks
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.payments.gateways import Method, gateway
from bookings.payments.models import Refund
from bookings.payments.pay import begin_payment
from bookings.payments.settle import settle_payment
from bookings.testing.crowd import crowd
from core.errors import InvalidState, NotFound, PermissionRefused
from events.errors import NotOnSale
from events.models import Event, Ticket

Hold = Callable[..., Booking]
pytestmark = pytest.mark.django_db(transaction=True)


def test_holds_end_and_paid_bookings_are_refunded(
    concert: Event, hold: Hold, paid_booking: Hold, alice: User, bob: User, carol: User
) -> None:
    held, paid = hold(alice), paid_booking(bob, section="B")
    cancel_event(event_id=concert.pk, seller=carol)
    assert release_cancelled_event(event_id=concert.pk) == 2
    held.refresh_from_db()
    paid.refresh_from_db()
    assert (held.status, held.failure) == ("cancelled", "The event was cancelled.")
    assert paid.status == "refunded"
    assert Refund.objects.get().reason == "event_cancelled"
    assert not Ticket.objects.exclude(status="available").exists()
    assert not any(check_invariants().values())


def test_an_interrupted_cancellation_is_finished_by_the_sweep(
    concert: Event, paid_booking: Hold, alice: User, carol: User
) -> None:
    paid = paid_booking(alice)
    cancel_event(event_id=concert.pk, seller=carol)  # the task message is lost
    tasks.update_by_clock()
    paid.refresh_from_db()
    assert paid.status == "refunded"


def test_two_workers_at_once_refund_each_booking_once(
    concert: Event, paid_booking: Hold, alice: User, bob: User, carol: User
) -> None:
    for buyer in (alice, bob):
        paid_booking(buyer)
    cancel_event(event_id=concert.pk, seller=carol)
    assert sum(crowd(4, lambda n: release_cancelled_event(event_id=concert.pk))) == 2
    assert Refund.objects.count() == 2
    assert not any(check_invariants().values())


def test_a_cancelled_event_takes_no_bookings_and_late_payments_are_refunded(
    concert: Event, hold: Hold, alice: User, bob: User, carol: User
) -> None:
    booking = hold(alice)
    payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0]
    cancel_event(event_id=concert.pk, seller=carol)
    release_cancelled_event(event_id=concert.pk)
    with pytest.raises(NotOnSale):
        hold(bob)
    settle_payment(payment_id=payment.pk, charge=gateway().begin(payment, Method(card_number="4242424242424242")))
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert booking.payments.get().status == "refunded"
    assert not any(check_invariants().values())


def test_only_the_seller_can_cancel_an_event_and_only_once(
    concert: Event, carol: User, dave: User, client_of: Callable[..., Any], alice: User
) -> None:
    url = f"/api/event/{concert.pk}/cancel"
    assert [client_of(user).post(url).status_code for user in (None, alice, dave)] == [401, 403, 403]
    assert client_of(carol).post(url).status_code == 202
    again = client_of(carol).post(url)
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")


def test_an_event_that_is_over_cannot_be_cancelled(concert: Event, carol: User) -> None:
    Event.objects.update(status="completed")
    with pytest.raises(InvalidState):
        cancel_event(event_id=concert.pk, seller=carol)


def test_other_sellers_cannot_cancel_an_event(new_event: Callable[..., Event], concert: Event, dave: User) -> None:
    with pytest.raises(PermissionRefused):
        cancel_event(event_id=concert.pk, seller=dave)
    with pytest.raises(NotFound):
        cancel_event(event_id=new_event(draft=True).pk, seller=dave)
