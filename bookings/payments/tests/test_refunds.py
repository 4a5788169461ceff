"""Refunds: the money is returned, the seats are free again, and the tickets are void."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import User
from bookings.errors import RefundWindowClosed
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.payments.gateways import GatewayDown, gateway
from bookings.payments.gateways.mock_models import MockRefund
from bookings.payments.models import Payment, Refund
from bookings.payments.refund import refund_booking, refundable_until
from bookings.payments.send_refunds import send_open_refunds, send_refund
from bookings.states import AdmissionStatus, BookingStatus, PaymentStatus
from bookings.testing.crowd import crowd
from bookings.tickets.models import Admission
from core.clock import database_now
from core.errors import InvalidState, NotFound
from events.lifecycle.change import change_event
from events.models import Event, SeatChange, Ticket
from realtime.tests.servers import own_services
from ticketing.celery import app

Paid = Callable[..., Booking]


def age(refund: Refund) -> None:
    Refund.objects.filter(pk=refund.pk).update(created_at=database_now() - timedelta(seconds=11))


def test_a_refund_by_the_buyer_frees_the_seats_and_voids_the_tickets(paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice, "1-1", "1-2")
    refund_booking(booking_id=booking.pk, user=alice)
    booking.refresh_from_db()
    payment = booking.payments.get()
    assert booking.status == BookingStatus.REFUNDED
    assert (payment.status, payment.refunded_amount) == (PaymentStatus.REFUNDED, payment.amount)
    assert not Ticket.objects.exclude(status="available").exists()
    assert set(Admission.objects.values_list("status", flat=True)) == {"void"}
    assert SeatChange.objects.latest("version").kind == "refunded"


def test_repeated_sending_refunds_the_money_once(paid_booking: Paid, alice: User) -> None:
    refund_booking(booking_id=paid_booking(alice).pk, user=alice)
    refund = Refund.objects.get()
    for _ in range(3):
        send_refund(refund_id=refund.pk)
    refund.refresh_from_db()
    assert refund.status == "sent"
    assert MockRefund.objects.get().amount == 10_000


def test_a_seat_that_is_sold_again_gets_a_new_ticket(paid_booking: Paid, alice: User, bob: User) -> None:
    refund_booking(booking_id=paid_booking(alice, "1-1").pk, user=alice)
    paid_booking(bob, "1-1")
    void, active = Admission.objects.order_by("issued_at")
    assert (void.status, active.status) == (AdmissionStatus.VOID, AdmissionStatus.ACTIVE)
    assert void.serial != active.serial


def test_buyers_cannot_refund_shortly_before_the_start_but_the_seller_can(
    paid_booking: Paid, alice: User, carol: User
) -> None:
    booking = paid_booking(alice)
    Event.objects.update(starts_at=database_now() + timedelta(hours=23, minutes=59))
    with pytest.raises(RefundWindowClosed, match="24 hours"):
        refund_booking(booking_id=booking.pk, user=alice)
    assert not Refund.objects.exists()
    refund_booking(booking_id=booking.pk, user=carol)  # the seller can at any time
    assert Refund.objects.get().reason == "seller"


def test_a_moved_start_opens_refunds_for_two_weeks_but_not_after_the_new_start(
    new_event: Callable[..., Event], paid_booking: Paid, alice: User, bob: User, carol: User
) -> None:
    now, day = database_now(), timedelta(days=1)
    event = new_event(starts_at=now + 60 * day, refund_until_hours=100 * 24)
    before = paid_booking(alice, event=event)
    refuse(before, alice)
    change_event(event_id=event.pk, seller=carol, starts_at=now + 61 * day)
    after = paid_booking(bob, event=event)
    refuse(after, bob)  # they bought for the new date

    booking = Booking.objects.select_related("event").get(pk=before.pk)
    assert booking.event.start_moved_at is not None
    assert refundable_until(booking) == booking.event.start_moved_at + 14 * day
    Event.objects.update(start_moved_at=now - 14 * day)
    Booking.objects.update(created_at=now - 15 * day)
    refuse(before, alice)
    Event.objects.update(start_moved_at=now - 13 * day, starts_at=now)
    refuse(before, alice)  # the event has begun
    Event.objects.update(starts_at=now + day)
    refund_booking(booking_id=before.pk, user=alice)
    assert Refund.objects.get().reason == "buyer"


@pytest.mark.parametrize("changes", [{"name": "Another name"}, {"ends_at": True}, {"starts_at": False}])
def test_only_a_new_start_of_a_published_event_opens_refunds(
    new_event: Callable[..., Event], carol: User, changes: dict[str, Any]
) -> None:
    starts_at = database_now() + timedelta(days=60)
    event = new_event(starts_at=starts_at)
    draft = new_event(starts_at=starts_at, draft=True)
    if "ends_at" in changes:
        changes = {"ends_at": starts_at + timedelta(hours=1)}
    elif "starts_at" in changes:
        changes = {"starts_at": starts_at}
    change_event(event_id=event.pk, seller=carol, **changes)
    change_event(event_id=draft.pk, seller=carol, starts_at=starts_at + timedelta(days=1))
    assert set(Event.objects.values_list("start_moved_at", flat=True)) == {None}


def refuse(booking: Booking, buyer: User) -> None:
    """Check that the buyer can't return the tickets, and that nothing changes."""
    with pytest.raises(RefundWindowClosed):
        refund_booking(booking_id=booking.pk, user=buyer)
    assert not Refund.objects.exists()


def test_without_a_start_buyers_can_refund_until_the_event_is_completed(paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice)
    Event.objects.update(status="completed")
    with pytest.raises(RefundWindowClosed):
        refund_booking(booking_id=booking.pk, user=alice)


def test_a_seller_can_refund_a_completed_booking(paid_booking: Paid, alice: User, carol: User) -> None:
    booking = paid_booking(alice)
    Booking.objects.update(status="completed")
    refund_booking(booking_id=booking.pk, user=carol)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.REFUNDED


def test_a_used_ticket_stops_a_refund_by_the_buyer_but_not_by_the_seller(
    paid_booking: Paid, alice: User, carol: User
) -> None:
    booking = paid_booking(alice)
    Admission.objects.filter(pk=booking.admissions.first().pk).update(status="used", used_at=database_now())  # type: ignore[union-attr]
    with pytest.raises(InvalidState, match="let in"):
        refund_booking(booking_id=booking.pk, user=alice)
    assert Ticket.objects.filter(status="sold").count() == 2
    refund_booking(booking_id=booking.pk, user=carol)
    assert set(Admission.objects.values_list("status", flat=True)) == {"void"}


def test_only_a_paid_booking_can_be_refunded(hold: Paid, alice: User, bob: User) -> None:
    booking = hold(alice)
    with pytest.raises(InvalidState):
        refund_booking(booking_id=booking.pk, user=alice)
    with pytest.raises(NotFound):
        refund_booking(booking_id=booking.pk, user=bob)


def test_a_refund_is_sent_again_after_the_gateway_was_down(
    paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund_booking(booking_id=paid_booking(alice).pk, user=alice)
    refund = Refund.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr(type(gateway()), "refund", _down)
        send_refund(refund_id=refund.pk)
    refund.refresh_from_db()
    assert (refund.status, refund.failure) == ("pending", "away")
    assert send_open_refunds() == 0  # too early: the first attempt may still be running
    age(refund)
    assert send_open_refunds() == 1
    refund.refresh_from_db()
    assert (refund.status, refund.failure) == ("sent", "")


def _down(self: object, refund: Refund) -> None:
    raise GatewayDown("away")


def test_the_database_refuses_to_refund_more_than_was_captured(paid_booking: Paid, alice: User) -> None:
    payment = paid_booking(alice).payments.get()
    with pytest.raises(IntegrityError, match="payment_refunds_within_capture"):
        Payment.objects.filter(pk=payment.pk).update(refunded_amount=payment.amount + 1, status="refunded")


@pytest.mark.django_db(transaction=True)
def test_parallel_refunds_return_the_money_once(paid_booking: Paid, alice: User, carol: User) -> None:
    booking = paid_booking(alice)
    crowd(10, lambda n: refund_booking(booking_id=booking.pk, user=alice if n % 2 else carol))
    refund = Refund.objects.get()
    crowd(5, lambda n: send_refund(refund_id=refund.pk))
    assert MockRefund.objects.get().amount == booking.total_price
    assert not any(check_invariants().values())


def test_the_api_responds_202_also_for_a_repeated_idempotency_key(
    paid_booking: Paid, alice: User, bob: User, client_of: Callable[..., object]
) -> None:
    url = f"/api/booking/{paid_booking(alice).pk}/refund"
    client, headers = client_of(alice), {"Idempotency-Key": "refund-1"}
    first = client.post(url, headers=headers)  # type: ignore[attr-defined]
    again = client.post(url, headers=headers)  # type: ignore[attr-defined]
    assert (first.status_code, first.json()["status"]) == (202, "refunded")
    assert (again.status_code, again.json()["status"]) == (202, "refunded")
    assert client.post(url).json()["code"] == "invalid_state"  # type: ignore[attr-defined]
    assert client_of(bob).post(url).status_code == 404  # type: ignore[attr-defined]
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_during_a_refund_refunds_the_money_once(paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice)
    app.control.purge()
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "bookings.payments.tests.dying_worker",
            "worker",
            "--pool",
            "solo",
            "-l",
            "error",
        ],
        env={**os.environ, **own_services()},
    )
    try:
        refund_booking(booking_id=booking.pk, user=alice)
        end = time.monotonic() + 30
        while not MockRefund.objects.exists():
            assert time.monotonic() < end, "no worker took the refund"
            time.sleep(0.05)
    finally:
        worker.kill()  # SIGKILL: the gateway has refunded the money, and nothing has recorded it
        worker.wait()
    refund = Refund.objects.get()
    assert refund.status == "pending"
    age(refund)
    assert send_open_refunds() == 1
    refund.refresh_from_db()
    assert refund.status == "sent"
    assert MockRefund.objects.get().amount == booking.total_price
    assert not any(check_invariants().values())
