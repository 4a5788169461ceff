"""Races of payments. For each lock, one test shows that it works, and another what goes wrong without it."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.payments.gateways import (
    Charge,
    Method,
    Outcome,
    breaker,
    gateway,
)
from bookings.payments.gateways.mock import MockGateway
from bookings.payments.models import Payment
from bookings.payments.pay import begin_payment
from bookings.payments.settle import settle_payment
from bookings.testing.crowd import crowd
from bookings.testing.surgery import altered
from events.models import SeatChange

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
CAPTURED = Charge(Outcome.CAPTURED, "ref", amount=10_000, currency="USD")
# Parts of the database functions, and a pause between their checks and their writes so that requests overlap.
BOOKING_LOCK = "WHERE b.order_id = wanted AND b.buyer_id = payer\n    ORDER BY b.id\n    FOR NO KEY UPDATE;"
BEGIN_WRITES = "-- 3. Insert the payment."
SALE_LOCKS = [
    (f"{locked}{lock};", f"{locked};")
    for locked, lock in (
        ("WHERE s.id = ANY (locked)", " ORDER BY s.id FOR NO KEY UPDATE"),
        ("WHERE b.order_id = wanted_order", " ORDER BY b.id FOR NO KEY UPDATE"),
        ("p.status = 'pending' AND p.amount = captured AND p.currency = captured_in", "\n    FOR NO KEY UPDATE"),
    )
]
SALE_WRITES = "-- 2. Write the payment"


def pause(before: str) -> tuple[str, str]:
    return before, f"PERFORM pg_sleep(0.2); {before}"


def outcomes(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def check_all_invariants() -> None:
    """Check that no invariant is violated in the whole database."""
    assert {name: found for name, found in check_invariants().items() if found} == {}


def begin(booking: Booking) -> Payment:
    return begin_payment(order_id=booking.pk, buyer_id=booking.buyer_id, card_last4="4242", provider=gateway())[0]


def test_only_one_of_five_parallel_payments_begins(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    with altered("bookings_begin_payment", pause(BEGIN_WRITES)):
        assert outcomes(crowd(5, lambda n: begin(booking))) == {"Payment": 1, "PaymentInProgress": 4}


def test_without_the_lock_the_unique_index_refuses_a_second_payment(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    no_lock = (BOOKING_LOCK, BOOKING_LOCK.replace("\n    FOR NO KEY UPDATE", ""))
    with altered("bookings_begin_payment", no_lock, pause(BEGIN_WRITES)):
        assert outcomes(crowd(5, lambda n: begin(booking))) == {"Payment": 1, "IntegrityError": 4}
    check_all_invariants()


def settle_five_times(payment: Payment) -> Counter[str]:
    return outcomes(crowd(5, lambda n: settle_payment(payment_id=payment.pk, charge=CAPTURED)))


def test_five_parallel_settlements_sell_once_and_none_fails(hold: Hold, alice: User) -> None:
    payment = begin(hold(alice))
    with altered("bookings_sell", pause(SALE_WRITES)):
        assert settle_five_times(payment) == {"Payment": 5}
    assert list(SeatChange.objects.values_list("kind", flat=True)) == ["held", "paid"]


def test_without_the_locks_the_guarded_update_still_sells_once(hold: Hold, alice: User) -> None:
    payment = begin(hold(alice))
    with altered("bookings_sell", *SALE_LOCKS, pause(SALE_WRITES)):
        assert settle_five_times(payment) == {"Payment": 1, "OperationalError": 4}
    assert list(SeatChange.objects.values_list("kind", flat=True)) == ["held", "paid"]


def test_a_slow_gateway_does_not_block_other_payments(
    hold: Hold, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each charge waits until the other one has begun."""
    both = threading.Barrier(2)

    def slow(*args: Any) -> Charge:
        both.wait(timeout=10)
        return CAPTURED

    monkeypatch.setattr(MockGateway, "begin", slow)
    payments = [begin(hold(buyer)) for buyer in (alice, bob)]
    card = Method(card_number="4242424242424242")
    assert crowd(2, lambda n: breaker.begin(gateway(), payments[n], card)) == [
        CAPTURED,
        CAPTURED,
    ]
