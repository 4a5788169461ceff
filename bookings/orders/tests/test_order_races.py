"""Races of orders. For each lock, one test shows that it works, and another what goes wrong without it."""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.holds.transitions import lock_bookings
from bookings.invariants import check_invariants
from bookings.orders.cancel import cancel_order, remove_item
from bookings.orders.extend import extend_order
from bookings.orders.hold import add_items, hold_order
from bookings.orders.tests.stage import item, order_of
from bookings.payments.gateways import Charge, Outcome, gateway
from bookings.payments.models import Payment
from bookings.payments.pay import begin_payment, pay_order
from bookings.payments.refund import refund_booking, refund_order
from bookings.payments.settle import settle_payment
from bookings.testing.crowd import crowd, together
from bookings.testing.surgery import altered
from core.clock import database_now
from core.errors import DomainError
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "4242424242424242"
CAPTURED = Charge(Outcome.CAPTURED, "ref", amount=14_000, currency="USD")


@pytest.fixture
def buyers(new_user: Callable[..., User]) -> list[User]:
    """Twelve buyers."""
    return [new_user(f"buyer{number}") for number in range(12)]


def outcomes(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def check_all_invariants(*but: str) -> None:
    """Check that no invariant is violated in the whole database."""
    assert {name: found for name, found in check_invariants().items() if found and name not in but} == {}


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_orders_over_the_same_blocks_in_opposite_order_do_not_deadlock(concert: Event, buyers: list[User]) -> None:
    before = deadlocks()
    blocks = ["A1", "B1", "A2", "B2"]
    results = crowd(12, lambda n: order_of(buyers[n], concert, *(blocks if n % 2 else blocks[::-1])))
    assert outcomes(results) == {"list": 12}
    assert deadlocks() == before
    check_all_invariants()


def test_without_the_first_lock_such_orders_deadlock(concert: Event, buyers: list[User]) -> None:
    before = deadlocks()
    unlocked = ("PERFORM FROM events_subsection s WHERE s.id = ANY (locked) ORDER BY s.id FOR NO KEY UPDATE;", "")
    # Without it, the buyers' rows and the blocks are locked in the order of the items, with a pause in between.
    pause = ("results := results || to_jsonb(one);", "results := results || to_jsonb(one); PERFORM pg_sleep(0.1);")
    with altered("bookings_hold_order", unlocked, pause):
        crowd(2, lambda n: order_of(buyers[n], concert, *(["A1", "B1"] if n else ["B1", "A1"])))
    assert deadlocks() > before
    check_all_invariants()


def test_of_overlapping_orders_each_gets_all_or_nothing(concert: Event, buyers: list[User]) -> None:
    wanted = [item(concert, "A1", "1-1", "1-2"), item(concert, "B1", "1-1", "1-2")]
    results = crowd(12, lambda n: hold_order(buyer_id=buyers[n].pk, items=wanted[:: -1 if n % 2 else 1]))
    assert outcomes(results) == {"list": 1, "SeatsTaken": 11}
    assert Booking.objects.count() == 2
    check_all_invariants()


def test_an_order_that_is_paid_is_neither_cancelled_nor_expired(concert: Event, alice: User) -> None:
    for _ in range(4):
        order_id = order_of(alice, concert, "A1", "B1")[0].order_id
        Booking.objects.filter(status="pending_payment").update(expires_at=database_now())
        if random.random() < 0.5:
            Booking.objects.filter(status="pending_payment").update(expires_at="2100-01-01T00:00Z")
        together(
            partial(cancel_order, order_id=order_id, buyer=alice),
            partial(pay_order, order_id=order_id, buyer_id=alice.pk, card_number=GOOD),
            expire_holds,
        )
        statuses = set(Booking.objects.filter(order_id=order_id).values_list("status", flat=True))
        assert len(statuses) == 1
        captured = Payment.objects.filter(order_id=order_id, status="captured").count()
        assert captured == (statuses == {"paid"})
    check_all_invariants()


@pytest.mark.parametrize("locked", [True, False])
def test_seats_that_are_added_while_a_payment_begins_are_paid_or_refused(
    concert: Event, alice: User, locked: bool
) -> None:
    """Without the locks on the bookings, the payment window begins for some seats only, which the trigger refuses."""
    order_id = order_of(alice, concert, "A1", "B1")[0].order_id
    pause = ("-- 3. Insert the payment.", "PERFORM pg_sleep(0.3); -- 3. Insert the payment.")
    lock = "b.id <> b.order_id\n        ORDER BY b.id\n        FOR NO KEY UPDATE;"
    with (
        altered("bookings_begin_payment", pause),
        altered("bookings_hold_order", *([] if locked else [(lock, "b.id <> b.order_id;")])),
    ):
        payment, _ = together(
            lambda: begin_payment(order_id=order_id, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0],
            partial(after, 0.1, add_items, order_id=order_id, buyer_id=alice.pk, items=[item(concert, "A2")]),
        )
    if not locked:
        assert isinstance(payment, IntegrityError)
        return
    held = Booking.objects.filter(status="pending_payment").values_list("total_price", flat=True)
    assert sum(held) == payment.amount


def after(seconds: float, act: Callable[..., Any], **arguments: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])
    return act(**arguments)


def test_twelve_captures_of_one_payment_sell_once(concert: Event, alice: User) -> None:
    order_id = order_of(alice, concert, "A1", "B1")[0].order_id
    payment = begin_payment(order_id=order_id, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0]
    results = crowd(12, lambda n: settle_payment(payment_id=payment.pk, charge=CAPTURED))
    assert outcomes(results) == {"Payment": 12}
    check_all_invariants("mock_records")


def test_random_operations_on_orders_keep_all_promises(concert: Event, buyers: list[User]) -> None:
    before = deadlocks()

    def act_randomly(number: int) -> list[str]:
        dice = random.Random(number)
        results = []
        for _ in range(12):
            try:
                random_operation(dice, buyers[number % 4], concert)
                results.append("done")
            except DomainError as error:
                results.append(type(error).__name__)
        return results

    results = crowd(8, act_randomly)
    assert all(isinstance(result, list) for result in results), results
    assert deadlocks() == before
    check_all_invariants()


def random_operation(dice: random.Random, buyer: User, event: Event) -> None:
    blocks = dice.sample(["A1", "A2", "B1", "B2"], dice.randint(1, 3))
    mine = Booking.objects.filter(buyer=buyer).order_by("?").first()
    if mine is None or dice.random() < 0.4:
        order_of(buyer, event, *blocks)
        return
    order: dict[str, Any] = {"order_id": mine.order_id, "buyer": buyer}
    acts: list[Callable[[], Any]] = [
        partial(add_items, order_id=mine.order_id, buyer_id=buyer.pk, items=[item(event, blocks[0])]),
        partial(remove_item, booking_id=mine.pk, **order),
        partial(cancel_order, **order),
        partial(extend_order, **order),
        partial(pay_order, order_id=mine.order_id, buyer_id=buyer.pk, card_number=GOOD),
        partial(pay_order, order_id=mine.order_id, buyer_id=buyer.pk, card_number=GOOD),
        partial(refund_booking, booking_id=mine.pk, user=buyer),
        partial(refund_order, order_id=mine.order_id, user=buyer),
        partial(end, mine),
    ]
    dice.choice(acts)()


def end(booking: Booking) -> None:
    """Let the order's time run out, and end it."""
    with transaction.atomic():
        lock_bookings(booking.order_id)
        held = Booking.objects.filter(order_id=booking.order_id, status="pending_payment")
        held.update(expires_at="2000-01-01T00:00Z")
    expire_holds()
