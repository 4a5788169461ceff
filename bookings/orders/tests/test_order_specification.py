"""`bookings_hold_order` and its specification give the same results and leave the same rows for random orders."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.expiry import expire_holds
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.tests.test_hold_specification import change_at_random, random_hold_request, random_pass, rows
from bookings.idempotency import IdempotencyKey
from bookings.invariants import check_invariants
from bookings.orders.cancel import cancel_order, remove_item
from bookings.orders.hold import hold_order
from bookings.orders.models import Order
from bookings.specification.order import hold_order as specified
from bookings.states import BookingStatus
from core.clock import database_now
from core.errors import DomainError
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., list[Booking]]


def by_function(buyer: User, items: Sequence[HoldRequest], **arguments: Any) -> list[Booking]:
    return hold_order(buyer_id=buyer.pk, items=items, **arguments)


def by_specification(buyer: User, items: Sequence[HoldRequest], **arguments: Any) -> list[Booking]:
    return specified(buyer=buyer, items=items, **arguments)


def result_of(hold: Hold, *request: Any, **arguments: Any) -> Any:
    try:
        bookings = hold(*request, **arguments)
    except DomainError as error:
        body = error.body()
        body.pop("retry_after", None)  # the requests are made at different times
        body.pop("queue", None)  # contains the event's id
        return body
    assert len({booking.order_id for booking in bookings}) == 1
    return [(booking.positions, booking.total_price, booking.shown_status) for booking in bookings]


def act_at_random(dice: random.Random, event: Event, seller: User) -> None:
    """Do something else between two requests, such as ending an order; equal for both events with equal dice."""
    held = Booking.objects.filter(event=event, status=BookingStatus.PENDING_PAYMENT)
    orders = [order for order in Order.objects.filter(event=event).order_by("created_at") if held.filter(order=order)]
    number = dice.random()
    if number < 0.15 and orders:
        held.filter(order=dice.choice(orders)).update(expires_at=database_now())
    elif number < 0.2 and orders:
        order = dice.choice(orders)
        if held.filter(order=order, expires_at__gt=database_now()):
            cancel_order(order_id=order.pk, buyer=order.buyer)
    elif number < 0.25 and orders:
        order = dice.choice(orders)
        first = held.filter(order=order).earliest("pk")
        if first.expires_at > database_now():
            remove_item(order_id=order.pk, booking_id=first.pk, buyer=order.buyer)
    else:
        change_at_random(number, dice, event, seller)


@pytest.mark.parametrize("run", range(6))
def test_function_and_specification_agree(
    run: int, new_event: Callable[..., Event], new_user: Callable[..., User], carol: User
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    rules = {"allow_single_gaps": run % 2 == 0, "max_active_holds": random.Random(seed).choice([1, 3, 100])}
    sections = [
        {"name": "A", "price": 700, "subsections": 1},
        {"name": "B", "price": 700, "subsections": 1, "accessible": ["1-1", "1-4", "2-1", "3-5", "3-6"]},
    ]
    setups = []
    for name, hold in (("function", by_function), ("specification", by_specification)):
        event = new_event(sections, rows=3, cols=6, **rules)
        setups.append((hold, event, [new_user(f"{email}-{name}") for email in "xyz"]))
    for step in range(40):
        results = []
        for hold, event, buyers in setups:
            dice = random.Random(seed * 1_000 + step)
            act_at_random(dice, event, carol)
            items = [random_hold_request(dice, event) for _ in range(dice.choice([1, 2, 2, 3]))]
            buyer = dice.choice(buyers)
            key = IdempotencyKey(f"key-{dice.randint(1, 5)}", "this") if dice.random() < 0.2 else None
            issued_at = random_pass(dice, event, buyer)
            results.append(result_of(hold, buyer, items, idempotency_key=key, pass_issued_at=issued_at))
        assert results[0] == results[1], f"step {step}"
        expire_holds()
        assert rows(setups[0][1]) == rows(setups[1][1]), f"step {step}"
    assert not any(check_invariants().values())
