"""A capture of another amount or currency than the payment's never pays a booking; it is refunded and reported."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from accounts.models import User
from bookings.errors import PaymentDeclined
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments.gateways import Charge, Outcome, gateway
from bookings.payments.models import Payment
from bookings.payments.pay import begin_payment, pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.settle import settle_payment
from bookings.payments.tests.stripe_stand_in import SLOW_CARD, StandIn, deliver
from bookings.states import BookingStatus
from bookings.testing.surgery import altered
from bookings.tickets.models import Admission
from core.clock import database_now
from events.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
GOOD = "4242424242424242"
WRONG = [(9_999, "USD"), (10_001, "USD"), (10_000, "JPY"), (100, "USD"), (0, "USD"), (Decimal("10000.5"), "USD")]


def begin(booking: Booking) -> Payment:
    return begin_payment(order_id=booking.pk, buyer_id=booking.buyer_id, card_last4="4242", provider=gateway())[0]


def assert_given_back(booking: Booking) -> Payment:
    """Nothing was sold, the money goes back, and the seats are still held."""
    booking.refresh_from_db()
    payment = booking.payments.get()
    assert (booking.status, booking.paid_at) == (BookingStatus.PENDING_PAYMENT, None)
    assert payment.status == "refunded"
    assert payment.refunded_amount == payment.captured_amount
    assert not Admission.objects.exists()
    assert not Ticket.objects.filter(status="sold").exists()
    assert not EmailMessage.objects.filter(kind="confirmation").exists()
    broken = {name for name, found in check_invariants().items() if found} - {"mock_records"}
    assert not broken
    return payment


@pytest.mark.parametrize(("amount", "currency"), WRONG)
def test_a_wrong_capture_sells_nothing_and_is_refunded(
    hold: Hold, alice: User, amount: Decimal | int, currency: str
) -> None:
    booking = hold(alice)
    charge = Charge(Outcome.CAPTURED, "ref", amount=amount, currency=currency)
    with capture_logs() as logs:
        settle_payment(payment_id=begin(booking).pk, charge=charge)
    payment = assert_given_back(booking)
    assert payment.captured_currency == currency
    assert payment.refunds.get().reason == "wrong_amount"
    assert "wrong_amount_captured" in [entry["event"] for entry in logs]
    assert settle_payment(payment_id=payment.pk, charge=charge).status == "refunded"  # the message again
    assert payment.refunds.count() == 1


def test_the_buyer_is_told_and_can_pay_again(stripe: StandIn, hold: Hold, alice: User) -> None:
    booking = hold(alice)
    stripe.captures = {"amount_received": 100}
    with pytest.raises(PaymentDeclined, match="another amount"):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD)
    assert_given_back(booking)
    stripe.captures = {}
    pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD)
    booking.refresh_from_db()
    assert (booking.status, booking.failure) == (BookingStatus.PAID, "")


@pytest.mark.parametrize("captured", [{"amount": 100, "amount_received": 100}, {"currency": "jpy"}])
def test_a_wrong_amount_is_noticed_in_a_webhook(
    stripe: StandIn, hold: Hold, alice: User, captured: dict[str, Any]
) -> None:
    booking = hold(alice)
    payment = begin(booking)
    intent = {"id": "pi_7", "status": "succeeded", "amount": 10_000, "amount_received": 10_000, "currency": "usd"}
    subject = {**intent, "metadata": {"payment_id": str(payment.pk)}, **captured}
    assert deliver("payment_intent.succeeded", subject) == 200
    assert_given_back(booking)


def test_a_wrong_amount_is_noticed_by_the_reconciler(stripe: StandIn, hold: Hold, alice: User) -> None:
    booking = hold(alice)
    stripe.captures = {"amount_received": 9_000}
    assert pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=SLOW_CARD).status == "pending"
    Payment.objects.update(created_at=database_now() - timedelta(seconds=11))
    reconcile_payments()
    assert_given_back(booking)
    assert EmailMessage.objects.get(kind="payment_failed").booking == booking


def test_a_capture_without_an_amount_does_not_exist() -> None:
    with pytest.raises(ValueError, match="amount"):
        Charge(Outcome.CAPTURED, "ref")


def test_the_database_refuses_what_the_function_would_let_through(hold: Hold, alice: User) -> None:
    """The constraint is the last guard: it holds even if `bookings_sell` forgets to compare."""
    payment = begin(hold(alice))
    check = "AND p.amount = captured AND p.currency = captured_in"
    with altered("bookings_sell", (check, "")), pytest.raises(IntegrityError, match="payment_captured_as_asked"):
        settle_payment(payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "ref", amount=1, currency="USD"))
    payment.refresh_from_db()
    assert payment.status == "pending"


@pytest.mark.parametrize(
    "change", [{"captured_amount": 9_999}, {"captured_currency": "EUR"}, {"captured_amount": None}]
)
def test_the_database_refuses_a_payment_that_is_not_as_asked(hold: Hold, alice: User, change: dict[str, Any]) -> None:
    booking = hold(alice)
    pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD)
    with pytest.raises(IntegrityError, match="payment_captured_as_asked"):
        Payment.objects.update(**change)


def test_operators_see_it(hold: Hold, alice: User, olga: User, client_of: Callable[[User | None], APIClient]) -> None:
    booking = hold(alice)
    charge = Charge(Outcome.CAPTURED, "ref", amount=1_234, currency="EUR")
    settle_payment(payment_id=begin(booking).pk, charge=charge)
    (case,) = client_of(olga).get("/api/operator").json()["money"]
    assert (case["kind"], case["booking_id"]) == ("wrong_amount", str(booking.pk))
    assert (case["amount"], case["currency"]) == (1_234, "EUR")
