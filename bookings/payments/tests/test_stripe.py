"""The rules of payments with Stripe's SDK against a local stand-in."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import stripe as stripe_sdk

from accounts.models import User
from bookings.errors import GatewayUnreachable, PaymentDeclined
from bookings.holds.models import Booking
from bookings.payments.gateways import GatewayRefused, gateway_named
from bookings.payments.gateways.stripe import API_VERSION
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import begin_payment, pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.refund import refund_booking
from bookings.payments.send_refunds import send_refund
from bookings.payments.tests.stripe_stand_in import (
    DECLINED_CARD,
    SLOW_CARD,
    StandIn,
    post,
    signed,
    stripe_stand_in,
)
from bookings.states import BookingStatus, PaymentStatus
from core.clock import database_now

Hold = Callable[..., Booking]
GOOD = "4242424242424242"


def pay(booking: Booking, card: str = GOOD) -> Payment:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=card)


def test_a_good_card_sells_the_seats(stripe: StandIn, hold: Hold, alice: User) -> None:
    booking = hold(alice)
    payment = pay(booking)
    booking.refresh_from_db()
    assert (booking.status, payment.gateway, payment.gateway_reference) == (BookingStatus.PAID, "stripe", "pi_0")
    intent = stripe.intents[str(payment.pk)]
    assert (intent["amount"], intent["currency"]) == (10_000, "usd")


def test_a_declined_card_gets_stripes_message(stripe: StandIn, hold: Hold, alice: User) -> None:
    with pytest.raises(PaymentDeclined, match="Your card was declined"):
        pay(hold(alice), DECLINED_CARD)
    assert Payment.objects.get().failure_code == "card_declined"


def test_reconciliation_finds_a_charge_whose_response_was_lost(stripe: StandIn, hold: Hold, alice: User) -> None:
    booking = hold(alice)
    assert pay(booking, SLOW_CARD).status == PaymentStatus.PENDING
    Payment.objects.update(created_at=database_now() - timedelta(seconds=11))
    reconcile_payments()
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PAID
    assert len(stripe.intents) == 1


def test_a_refund_is_sent_once(stripe: StandIn, hold: Hold, alice: User) -> None:
    booking = hold(alice)
    pay(booking)
    refund_booking(booking_id=booking.pk, user=alice)
    refund = Refund.objects.get()
    for _ in range(2):
        send_refund(refund_id=refund.pk)
    refund.refresh_from_db()
    assert refund.status == "sent"
    assert [r["amount"] for r in stripe.refunds.values()] == [10_000]


def test_a_refund_that_stripe_refuses_raises_the_reason(stripe: StandIn, hold: Hold, alice: User) -> None:
    booking = hold(alice)
    payment = pay(booking)
    with pytest.raises(GatewayRefused, match="greater than charge"):
        gateway_named("stripe").refund(Refund(payment=payment, amount=10_001))


def test_a_genuine_webhook_settles_the_payment_and_a_forged_one_does_not(
    stripe: StandIn, hold: Hold, alice: User
) -> None:
    booking = hold(alice)
    payment, _ = begin_payment(
        order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway_named("stripe")
    )
    intent = {
        "id": "pi_9",
        "object": "payment_intent",
        "status": "succeeded",
        "amount": 10_000,
        "amount_received": 10_000,
        "currency": "usd",
        "metadata": {"payment_id": str(payment.pk)},
    }
    event = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": intent}}
    body = json.dumps(event).encode()
    assert post(body, signed(body, secret="other")) == 400
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PENDING
    assert [post(body, signed(body)), post(body, signed(body))] == [200, 200]
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PAID


def test_the_api_version_is_that_of_the_sdk_and_sent_with_each_request(stripe: StandIn) -> None:
    """If this fails after an update of the SDK: read what has changed in the objects, then change the version."""
    assert stripe_sdk.api_version == API_VERSION


def test_an_unreachable_gateway_charges_nothing_and_the_buyer_can_pay_later(
    stripe: StandIn, hold: Hold, alice: User, settings: Any
) -> None:
    booking = hold(alice)
    with stripe_stand_in() as stopped:
        settings.STRIPE_API_BASE = stopped.url
    gateway_named.cache_clear()
    for _ in range(2):
        with pytest.raises(GatewayUnreachable):
            pay(booking)
    assert set(Payment.objects.values_list("status", flat=True)) == {"cancelled"}
    settings.STRIPE_API_BASE = stripe.url
    gateway_named.cache_clear()
    assert pay(booking).status == PaymentStatus.CAPTURED


def test_after_five_failures_the_circuit_breaker_sends_no_more_requests(
    stripe: StandIn, hold: Hold, alice: User, client_of: Any
) -> None:
    stripe.broken = True
    booking = hold(alice)
    url = f"/api/booking/{booking.pk}/pay"
    for _ in range(5):
        assert pay(booking).status == PaymentStatus.PENDING  # the outcome is unknown
        Payment.objects.update(status="cancelled")
    requests = stripe.requests
    response = client_of(alice).post(url, {"card_number": GOOD})
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (503, "overloaded", "10")
    assert stripe.requests == requests
