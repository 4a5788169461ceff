"""Holds seats in several blocks step by step: the specification of the database function `bookings_hold_order`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError

from accounts.models import User
from bookings.holds.expiry import expire_in
from bookings.holds.hold_refusals import too_many_seats
from bookings.holds.hold_request import HoldRequest, check_hold_request
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.orders.hold import existing_order, has_order, of_item
from bookings.specification.hold import check_limit, check_total, choose, insert, new_order, refuse_without_lock
from bookings.specification.places import Places
from core.errors import DomainError
from core.ids import new_id
from core.transactions import retrying_transaction
from events.inventory.seats import lock_subsections
from events.models import Subsection

T = TypeVar("T")


def hold_order(
    *,
    buyer: User,
    items: Sequence[HoldRequest],
    idempotency_key: IdempotencyKey | None = None,
    pass_issued_at: datetime | None = None,
) -> list[Booking]:
    """Hold the seats of all items until one deadline, or none; return the bookings, one per item.

    What can be refused without a lock is refused before any lock is taken, item by item. Holds in the items'
    subsections that have expired are ended, each with its whole order. Then, in one transaction:

    1. Lock the items' subsections by id.
    2. Lock the buyer's row and count their open holds, of which an order is one; count all seats as those of a booking.
    3. For each item, choose or check the seats, insert its booking and change the seats, as `hold_seats` does.

    The errors are those of `hold_seats`; that of an item names it.
    """
    _each(items, check_hold_request)
    if idempotency_key is not None and has_order(buyer.pk, idempotency_key):
        return existing_order(buyer.pk, idempotency_key)
    unlocked = [one for one, _ in _each(items, lambda item: refuse_without_lock(buyer, item, pass_issued_at))]
    for subsection in unlocked:
        expire_in(subsection.pk)
    try:
        return _hold(buyer, items, unlocked, idempotency_key, pass_issued_at)
    except IntegrityError:
        # A parallel request with the same key may have inserted its order first.
        if idempotency_key is None or not has_order(buyer.pk, idempotency_key):
            raise
        return existing_order(buyer.pk, idempotency_key)


@retrying_transaction
def _hold(
    buyer: User,
    items: Sequence[HoldRequest],
    unlocked: list[Subsection],
    idempotency_key: IdempotencyKey | None,
    pass_issued_at: datetime | None,
) -> list[Booking]:
    event = unlocked[0].event
    subsections = {one.pk: one for one in lock_subsections([subsection.pk for subsection in unlocked])}

    now = check_limit(buyer, event)
    if sum(item.quantity for item in items) > event.max_tickets_per_booking:
        raise too_many_seats(event.max_tickets_per_booking)
    order = new_order(buyer, event, now, idempotency_key)
    ids = sorted(new_id() for _ in items)
    bookings: list[Booking] = []

    def hold_item(item: HoldRequest) -> None:
        # The seats of the items before are taken now, which may be seats of this one, too.
        subsection, positions = refuse_without_lock(buyer, item, pass_issued_at)
        locked = subsections[subsection.pk]
        block = Places(locked)
        chosen = choose(item, event, locked, positions, block)
        check_total(block.total(chosen), event.currency)
        booking_id = ids[len(bookings)]
        bookings.append(insert(buyer, item, order, locked, block, chosen, booking_id=booking_id))

    _each(items, hold_item)
    check_total(sum(booking.total_price for booking in bookings), event.currency)
    return bookings


def _each(items: Sequence[HoldRequest], act: Callable[[HoldRequest], T]) -> list[T]:
    """Call `act` with each item; an error names the item."""
    results = []
    for index, item in enumerate(items):
        try:
            results.append(act(item))
        except DomainError as error:
            raise of_item(error, index) from None
    return results
