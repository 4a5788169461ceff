"""Outcomes of charges that arrive late, never, twice, or early: webhooks and reconciliation."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.payments.gateways import Method, gateway
from bookings.payments.gateways.mock_models import MockCharge
from bookings.payments.gateways.mock_webhooks import webhook_body, webhook_headers
from bookings.payments.models import Payment, WebhookEvent
from bookings.payments.pay import begin_payment, pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.states import BookingStatus, PaymentStatus
from bookings.testing.crowd import crowd
from core.clock import database_now
from core.standard_webhooks import sign
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
GOOD, LATER, NEVER = "4242424242424242", "4000000000000077", "4000000000000119"
URL = "/api/payment/webhook/mock"


def pay(booking: Booking, card: str) -> Payment:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=card)


def post(body: bytes, headers: dict[str, str]) -> int:
    return Client().post(URL, body, content_type="application/json", headers=headers).status_code


def webhook() -> tuple[bytes, dict[str, str]]:
    """Return body and headers of the mock gateway's webhook about its only charge."""
    entry = MockCharge.objects.get()
    body = webhook_body(entry)
    return body, webhook_headers(entry, body)


def age_payments(seconds: int) -> None:
    Payment.objects.update(created_at=database_now() - timedelta(seconds=seconds))


def status(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def test_a_pending_charge_is_settled_by_webhook(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    assert pay(booking, LATER).status == PaymentStatus.PENDING
    assert status(booking) == BookingStatus.PENDING_PAYMENT
    assert post(*webhook()) == 200
    assert status(booking) == BookingStatus.PAID


def test_the_api_responds_202_while_a_charge_is_pending(hold: Hold, alice: User, client_of: Callable[..., Any]) -> None:
    client, url = client_of(alice), f"/api/booking/{hold(alice).pk}/pay"
    response = client.post(url, {"card_number": LATER})
    body = response.json()
    assert (response.status_code, body["status"], body["paid_at"]) == (202, "pending_payment", None)
    again = client.post(url, {"card_number": GOOD})
    assert (again.status_code, again.json()["code"]) == (409, "payment_in_progress")


def test_ten_simultaneous_copies_of_a_webhook_have_one_effect(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    pay(booking, LATER)
    body, headers = webhook()
    assert set(crowd(10, lambda n: post(body, headers))) == {200}
    assert status(booking) == BookingStatus.PAID
    assert WebhookEvent.objects.count() == 1
    assert not any(check_invariants().values())


def test_a_webhook_before_the_gateways_response_settles_the_payment(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="0077", provider=gateway())[0]
    gateway().begin(payment, Method(card_number=LATER))
    assert post(*webhook()) == 200
    assert status(booking) == BookingStatus.PAID


@pytest.mark.parametrize(
    "damage", ["body", "signature", "old", "future", "no id", "no signature", "other secret", "junk"]
)
def test_a_forged_webhook_gets_400_and_changes_nothing(hold: Hold, alice: User, damage: str) -> None:
    booking = hold(alice)
    pay(booking, LATER)
    body, headers = webhook()
    now = int(time.time())
    forgeries: dict[str, tuple[bytes, dict[str, str]]] = {
        "body": (body.replace(b"captured", b"declined"), headers),
        "signature": (body, headers | {"webhook-signature": "v1,AAAA"}),
        "old": (body, sign(settings.MOCK_WEBHOOK_SECRET.encode(), message_id="m", timestamp=now - 301, body=body)),
        "future": (body, sign(settings.MOCK_WEBHOOK_SECRET.encode(), message_id="m", timestamp=now + 301, body=body)),
        "no id": (body, headers | {"webhook-id": ""}),
        "no signature": (body, headers | {"webhook-signature": ""}),
        "other secret": (body, sign(b"other", message_id="m", timestamp=now, body=body)),
        "junk": (b"[1]", sign(settings.MOCK_WEBHOOK_SECRET.encode(), message_id="m", timestamp=now, body=b"[1]")),
    }
    assert post(*forgeries[damage]) == 400
    assert status(booking) == BookingStatus.PENDING_PAYMENT
    assert not WebhookEvent.objects.exists()


def test_a_webhook_about_an_unknown_payment_is_accepted_and_ignored(db: None) -> None:
    data = {"payment_id": "01900000-0000-7000-8000-000000000000", "outcome": "captured", "reference": "x"}
    body = json.dumps({"data": data}).encode()
    assert (
        post(body, sign(settings.MOCK_WEBHOOK_SECRET.encode(), message_id="m", timestamp=int(time.time()), body=body))
        == 200
    )


def test_a_webhook_of_an_unknown_gateway_gets_404(db: None) -> None:
    assert Client().post("/api/payment/webhook/other", b"{}", content_type="application/json").status_code == 404


def test_reconciliation_settles_a_charge_whose_response_was_lost(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    assert pay(booking, NEVER).status == PaymentStatus.PENDING
    reconcile_payments()
    assert status(booking) == BookingStatus.PENDING_PAYMENT  # too early: the response may still arrive
    age_payments(11)
    assert reconcile_payments()["charges"] == 1
    assert status(booking) == BookingStatus.PAID
    assert reconcile_payments()["charges"] == 0


def test_a_charge_that_was_never_sent_is_cancelled_after_a_minute(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    begin_payment(
        order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway()
    )  # then the process dies
    age_payments(59)
    reconcile_payments()
    assert Payment.objects.get().status == PaymentStatus.PENDING
    age_payments(61)
    reconcile_payments()
    assert Payment.objects.get().status == PaymentStatus.CANCELLED
    assert pay(booking, GOOD).status == PaymentStatus.CAPTURED


def test_simultaneous_webhook_reconciliation_and_expiry_pay_the_booking_once(hold: Hold, alice: User) -> None:
    for _ in range(8):
        booking = hold(alice)
        pay(booking, LATER)
        entry = MockCharge.objects.get(webhook_delivered_at=None, pk=booking.payments.get().pk)
        body = webhook_body(entry)
        headers = webhook_headers(entry, body)
        age_payments(11)
        Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
        calls: list[Callable[[], object]] = [lambda b=body, h=headers: post(b, h), reconcile_payments, expire_holds]  # type: ignore[misc]
        crowd(3, lambda n, calls=calls: calls[n]())  # type: ignore[misc]
        assert status(booking) == BookingStatus.PAID  # even if the hold expired first: the seats are still free
        assert booking.payments.filter(status="captured").count() == 1
    assert not any(check_invariants().values())


def test_money_captured_after_the_seats_were_lost_is_refunded(hold: Hold, alice: User, bob: User) -> None:
    booking = hold(alice, "1-1")
    pay(booking, LATER)
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    hold(bob, "1-1")
    assert post(*webhook()) == 200
    assert status(booking) == BookingStatus.EXPIRED
    assert "returned in full" in booking.failure
    payment = booking.payments.get()
    assert (payment.status, payment.refunded_amount) == ("refunded", payment.amount)
    assert payment.refunds.get().reason == "seats_lost"
    assert not any(check_invariants().values())


def test_money_captured_for_an_event_that_is_over_is_refunded(hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-1")
    pay(booking, LATER)
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    expire_holds()
    Event.objects.update(status="completed")
    assert post(*webhook()) == 200
    assert status(booking) == BookingStatus.EXPIRED  # although its seats are free
    assert booking.payments.get().status == "refunded"
    assert not any(check_invariants().values())


def test_a_capture_of_a_cancelled_payment_pays_the_booking(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="0077", provider=gateway())[0]
    age_payments(61)
    reconcile_payments()
    gateway().begin(payment, Method(card_number=LATER))  # the request was delayed, not lost
    assert post(*webhook()) == 200
    assert status(booking) == BookingStatus.PAID
    assert not any(check_invariants().values())


def test_the_second_of_two_captures_is_refunded(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    lost = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="0077", provider=gateway())[0]
    age_payments(61)
    reconcile_payments()
    pay(booking, GOOD)
    gateway().begin(lost, Method(card_number=LATER))
    entry = MockCharge.objects.get(pk=lost.pk)
    body = webhook_body(entry)
    assert post(body, webhook_headers(entry, body)) == 200
    lost.refresh_from_db()
    assert (lost.status, lost.refunds.get().reason) == ("refunded", "paid_twice")
    assert status(booking) == BookingStatus.PAID
    assert not any(check_invariants().values())
