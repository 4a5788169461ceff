"""Holds seats in several blocks at once, as one order.

`bookings_hold_order` (bookings/sql/hold_order.sql) does the work in the database; it holds the seats of each item with
`bookings_hold`. bookings/specification/order.py does the same step by step; a property test compares both.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError
from psycopg.errors import SerializationFailure

from bookings.errors import PaymentInProgress
from bookings.holds.expiry import expire_in
from bookings.holds.hold import MAX_ATTEMPTS, new_booking, publish_held_seats
from bookings.holds.hold_function import HoldResult
from bookings.holds.hold_refusals import refusal
from bookings.holds.hold_request import HoldRequest, check_hold_request
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.orders.hold_function import Item, OrderParameters, OrderResult, call_hold_order, in_nearest_block
from bookings.orders.models import Order
from bookings.orders.selectors import bookings_in
from bookings.states import BookingStatus
from core.errors import BadInput, DomainError, InvalidState, NotFound, Overloaded
from core.ids import new_id
from events.pricing import charge_rules


def hold_order(
    *,
    buyer_id: int,
    items: Sequence[HoldRequest],
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> list[Booking]:
    """Hold the seats of all items until one deadline, or none; return the bookings of the new order, one per item.

    The items are of one event, and there is at least one. The order counts as one open hold of the buyer, and all its
    seats together as those of one booking. Otherwise the rules are those of `hold_seats`, and so are the errors:
    that of an item names it, as `items.1.quantity`.
    """
    order_id = new_id()
    parameters = OrderParameters(
        order_id=order_id,
        adding=False,
        token_family_id=token_family_id,
        buyer_id=buyer_id,
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
        event_id=items[0].event_id,
        items=_with_ids(items),
        pass_issued_at=pass_issued_at,
        max_totals=charge_rules().max_totals(),
    )
    placed, result = _execute(parameters)
    if idempotency_key is not None and result.outcome == "known":
        return existing_order(buyer_id, idempotency_key)
    return _new_bookings(placed, result)


def add_items(
    *,
    order_id: uuid.UUID,
    buyer_id: int,
    items: Sequence[HoldRequest],
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> list[Booking]:
    """Hold more seats for an order that is held; return the new bookings. The order's deadline stays.

    Raises the errors of `hold_order`; NotFound if the buyer has no such order, InvalidState if it is not held, and
    PaymentInProgress while a charge is open.
    """
    parameters = OrderParameters(
        order_id=order_id,
        adding=True,
        token_family_id=token_family_id,
        buyer_id=buyer_id,
        idempotency_key=None,
        request_hash="",
        event_id=items[0].event_id,
        items=_with_ids(items),
        pass_issued_at=pass_issued_at,
        max_totals=charge_rules().max_totals(),
    )
    return _new_bookings(*_execute(parameters))


def has_order(buyer_id: int, idempotency_key: IdempotencyKey | None) -> bool:
    """Return whether the buyer has an order that was made with this key, whatever the request was."""
    key = idempotency_key.key if idempotency_key else None
    return key is not None and Order.objects.filter(buyer_id=buyer_id, idempotency_key=key).exists()


def existing_order(buyer_id: int, idempotency_key: IdempotencyKey) -> list[Booking]:
    """Return the bookings of the order that was made with this key, as they are now.

    Raises IdempotencyKeyReused if the earlier request was different.
    """
    order = Order.objects.get(buyer_id=buyer_id, idempotency_key=idempotency_key.key)
    idempotency_key.check(order.request_hash)
    return bookings_in(order.pk)


def _execute(parameters: OrderParameters) -> tuple[OrderParameters, OrderResult]:
    """Call `bookings_hold_order`; end expired holds in between, as a hold of one booking does.

    Return its result, and its parameters with the blocks in which seats were found.

    Raises the error for a refused request; Overloaded after MAX_ATTEMPTS calls.
    """
    for index, item in enumerate(parameters.items):
        try:
            check_hold_request(item.hold_request)
        except BadInput as error:
            raise of_item(error, index) from None
    for _ in range(MAX_ATTEMPTS * len(parameters.items)):
        placed = parameters._replace(items=_placed(parameters.items))
        try:
            result = call_hold_order(placed)
        except OperationalError as error:
            if not isinstance(error.__cause__, SerializationFailure):
                raise
            continue  # somebody changed seats in the database without the subsection's lock
        if result.outcome in ("held", "known"):
            return placed, result
        if result.outcome != "due":
            raise _refusal(placed, result)
        expire_in(result.results[0].subsection_id)
    raise Overloaded


def _with_ids(items: Sequence[HoldRequest]) -> list[Item]:
    """Give each item the id of its booking; the ids are in the order of the items."""
    ids = sorted(new_id() for _ in items)
    return [Item(*pair) for pair in zip(ids, items, strict=True)]


def _placed(items: Sequence[Item]) -> list[Item]:
    """Return the items, in other blocks if they may fall back to them."""
    return [
        item._replace(hold_request=in_nearest_block(item.hold_request)) if item.hold_request.fallback else item
        for item in items
    ]


def _refusal(parameters: OrderParameters, result: OrderResult) -> DomainError:
    match result.outcome:
        case "not_yours":
            if Booking.objects.filter(pk=parameters.order_id, buyer_id=parameters.buyer_id).exists():
                return InvalidState("Nothing can be added to a booking that was made by itself.")
            return NotFound("You have no such order.")
        case "not_held":
            return InvalidState("Nothing can be added to this order any more.")
        case "in_progress":
            return PaymentInProgress()
    error = refusal(result.results[0], parameters.items[result.item or 0].hold_request)
    return error if result.item is None else of_item(error, result.item)


def of_item(error: DomainError, index: int) -> DomainError:
    """Return the error with the item that it is about (from 0): in the names of fields, or as the member `item`."""
    if isinstance(error, BadInput):
        problems = [
            BadInput.problem(f"items.{index}.{problem['field']}", problem["detail"], problem["code"])
            for problem in error.extra["errors"]
        ]
        return BadInput(problems, str(error))
    error.extra["item"] = index
    return error


def _new_bookings(parameters: OrderParameters, result: OrderResult) -> list[Booking]:
    """Publish the held seats and return the bookings, built from the results without a query."""
    return [_new_booking(parameters, item, held) for item, held in zip(parameters.items, result.results, strict=True)]


def _new_booking(parameters: OrderParameters, item: Item, held: HoldResult) -> Booking:
    publish_held_seats(item.booking_id, parameters.buyer_id, item.hold_request, held)
    status = BookingStatus.PENDING_PAYMENT
    booking = new_booking(item.booking_id, parameters.buyer_id, item.hold_request, held, status)
    booking.order_id = parameters.order_id
    return booking
