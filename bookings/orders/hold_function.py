"""Calls the database function `bookings_hold_order` (bookings/sql/hold_order.sql): one transaction, one round trip."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from bookings.holds.hold_function import HoldResult
from bookings.holds.hold_request import HoldRequest
from core.prepared_statements import execute_prepared
from events.seating.positions import grid_numbers

HOLD_ORDER = """
    SELECT * FROM bookings_hold_order(
        %s::uuid, %s::boolean, %s::uuid, %s::bigint, %s::text, %s::text, %s::bigint, %s::jsonb, %s::timestamptz,
        %s::jsonb
    )
"""
NEAREST_BLOCK = "SELECT section, number FROM bookings_nearest_block(%s, %s, %s, %s, %s)"
TIMES = ("held_at", "ends_at")


class Item(NamedTuple):
    """One of the bookings that an order shall have, with the id that it gets."""

    booking_id: uuid.UUID
    hold_request: HoldRequest


class OrderParameters(NamedTuple):
    """The parameters of `bookings_hold_order`, in its order, except `items`, which the function gets as JSON."""

    order_id: uuid.UUID
    adding: bool
    token_family_id: uuid.UUID | None
    buyer_id: int
    idempotency_key: str | None
    request_hash: str
    event_id: int
    items: Sequence[Item]
    pass_issued_at: datetime | None
    max_totals: str | None


class OrderResult(NamedTuple):
    """The row that `bookings_hold_order` returns.

    `results` has a result for each item, or the one that refuses the request; `item` says which item that is about,
    from 0, and None if it is about all together.
    """

    outcome: str
    item: int | None
    results: list[HoldResult]


def call_hold_order(parameters: OrderParameters) -> OrderResult:
    """Execute `bookings_hold_order` and return its row.

    With an idempotency key, the statement is repeated if the connection is lost before the row arrives; without one,
    OutcomeUnknown is raised. Raises OperationalError, caused by SerializationFailure, if a seat was changed without the
    subsection's lock.
    """
    items = json.dumps([_item(item) for item in parameters.items])
    repeatable = parameters.idempotency_key is not None and not parameters.adding
    row = execute_prepared(HOLD_ORDER, parameters._replace(items=items), repeatable=repeatable)  # type: ignore[arg-type]
    outcome, item, results = row
    return OrderResult(outcome, item, [_result(one) for one in results])


def in_nearest_block(hold_request: HoldRequest) -> HoldRequest:
    """Return the request for the nearest block that has the seats side by side; as it is if there is none.

    Which blocks count, and which of them is the nearest, is in bookings/sql/nearest_block.sql.
    """
    wanted = hold_request
    with connection.cursor() as cursor:
        place: list[str | int] = [
            wanted.event_id,
            wanted.section,
            wanted.subsection,
            wanted.quantity,
            wanted.accessible,
        ]
        cursor.execute(NEAREST_BLOCK, place)
        section, number = cursor.fetchone()
    return wanted if section is None else replace(wanted, section=section, subsection=number)


def _item(item: Item) -> dict[str, Any]:
    hold_request = item.hold_request
    numbers = grid_numbers(hold_request.seats) if hold_request.seats else None
    return {
        "booking": str(item.booking_id),
        "section": hold_request.section,
        "subsection": hold_request.subsection,
        "mode": hold_request.mode.value,
        "quantity": hold_request.quantity,
        "accessible": hold_request.accessible,
        "lines": [row for row, _ in numbers] if numbers else None,
        "places": [seat for _, seat in numbers] if numbers else None,
        "names": hold_request.seats or None,
    }


def _result(row: dict[str, Any]) -> HoldResult:
    values: dict[str, Any] = {name: row.get(name) for name in HoldResult._fields}
    for name in TIMES:
        values[name] = values[name] and datetime.fromisoformat(values[name])
    return HoldResult(**values)
