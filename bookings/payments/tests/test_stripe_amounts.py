"""Stripe's units and limits for all currencies of ISO 4217."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from bookings.errors import PaymentDeclined
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.payments.gateways.stripe_amounts import (
    HUNDREDTHS,
    MINIMUMS,
    THOUSANDTHS,
    WHOLE_UNITS,
    from_stripe,
    limits,
    to_stripe,
)
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.payments.send_refunds import send_open_refunds
from bookings.payments.tests.stripe_stand_in import StandIn
from core.clock import database_now
from core.money.amounts import in_major_units
from core.money.currencies import DECIMALS
from events.models import Event

CHARGEABLE = sorted(currency for currency in DECIMALS if limits(currency))
# What somebody pays, and the `amount` that Stripe's documentation demands for it.
DOCUMENTED = [
    ("10.99", "USD", 1099),
    ("500", "JPY", 500),
    ("5", "ISK", 500),
    ("5000", "ISK", 500_000),
    ("5", "UGX", 500),
    ("10.45", "HUF", 1045),
    ("800.45", "TWD", 80_045),
    ("5.120", "KWD", 5120),
    ("1000.00", "MGA", 1000),
    ("1", "XPF", 1),
    ("9999999999.99", "IDR", 999_999_999_999),
]


@pytest.mark.parametrize(("paid", "currency", "amount"), DOCUMENTED)
def test_amounts_are_sent_as_documented(paid: str, currency: str, amount: int) -> None:
    ours = int(Decimal(paid).scaleb(DECIMALS[currency]))
    assert to_stripe(ours, currency) == amount
    assert from_stripe(amount, currency) == ours


@given(currency=st.sampled_from(CHARGEABLE), data=st.data())
def test_what_can_be_charged_is_converted_there_and_back(currency: str, data: Any) -> None:
    found = limits(currency)
    assert found is not None
    steps = st.integers(found.minimum // found.step, found.maximum // found.step)
    amount = max(found.minimum, data.draw(steps) * found.step)
    sent = to_stripe(amount, currency)
    assert from_stripe(sent, currency) == amount
    decimals = 0 if currency in WHOLE_UNITS else 3 if currency in THOUSANDTHS else 2
    assert Decimal(sent).scaleb(-decimals) == in_major_units(amount, currency)  # the same money
    if currency in ("ISK", "UGX"):
        assert sent % 100 == 0
    if currency in THOUSANDTHS:
        assert sent % 10 == 0


@pytest.mark.parametrize("currency", CHARGEABLE)
def test_limits_are_amounts_that_can_be_sent(currency: str) -> None:
    found = limits(currency)
    assert found is not None
    assert 0 < found.minimum < found.maximum
    for amount in (found.minimum, found.maximum):
        assert amount % found.step == 0
        to_stripe(amount, currency)
    digits = {"IDR": 12, "COP": 10, "INR": 9}.get(currency, 8)
    assert len(str(to_stripe(found.maximum, currency))) == digits
    assert to_stripe(found.maximum + found.step, currency) >= 10**digits


def test_every_currency_is_in_one_table() -> None:
    tables = [WHOLE_UNITS, THOUSANDTHS, HUNDREDTHS]
    assert sum(map(len, tables)) == len(set().union(*tables))
    assert MINIMUMS.keys() <= set().union(*tables)
    # ISO 4217 has more currencies; Stripe has two codes that have left the standard.
    assert {code for code in DECIMALS if not limits(code)} >= {"IRR", "KPW", "CUP", "IQD", "LYD", "VED", "ZWG"}
    assert set().union(*tables) - DECIMALS.keys() == {"ANG", "STD"}


@pytest.mark.parametrize(("amount", "currency"), [(5050, "MGA"), (5124, "KWD"), (1, "TND")])
def test_what_stripe_can_not_express_is_never_rounded(amount: int, currency: str) -> None:
    with pytest.raises(ValueError, match="can't express"):
        to_stripe(amount, currency)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("price", "currency", "sent"), [(5000, "ISK", 500_000), (5000, "MGA", 50), (5120, "KWD", 5120)]
)
def test_a_booking_is_charged_and_refunded_in_stripes_units(
    stripe: StandIn, new_event: Callable[..., Event], hold: Callable[..., Booking], alice: User,
    price: int, currency: str, sent: int,
) -> None:  # fmt: skip
    event = new_event([{"name": "A", "price": price, "subsections": 1}], currency=currency)
    booking = hold(alice, event=event, quantity=2)
    payment = pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number="4242424242424242")
    payment.refresh_from_db()
    assert [intent["amount"] for intent in stripe.intents.values()] == [2 * sent]
    assert (payment.status, payment.captured_amount, payment.captured_currency) == ("captured", 2 * price, currency)
    refund_booking(booking_id=booking.pk, user=alice)
    payment.refunds.update(created_at=database_now() - timedelta(minutes=1))
    assert send_open_refunds() == 1
    assert [refund["amount"] for refund in stripe.refunds.values()] == [2 * sent]
    assert not any(check_invariants().values())


def test_an_amount_that_can_not_be_charged_is_never_sent(
    stripe: StandIn, hold: Callable[..., Booking], concert: Event, alice: User
) -> None:
    booking = hold(alice)
    Event.objects.filter(pk=concert.pk).update(currency="IRR")  # made while another gateway was in use
    with pytest.raises(PaymentDeclined, match="can't be charged"):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number="4242424242424242")
    assert stripe.requests == 0
