"""The stage of the tests of orders: an event with four blocks, and orders over several of them."""

from typing import Any

from django.db import connection

from accounts.models import User
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.invariants import INVARIANTS
from bookings.orders.hold import hold_order
from bookings.states import SelectionMode
from events.models import Event


def item(event: Event, block: str, *seats: str, quantity: int = 2, **fields: Any) -> HoldRequest:
    """Return a request for seats in a block such as "A1": named ones, or the best `quantity`."""
    mode = SelectionMode.MANUAL if seats else SelectionMode.BEST_AVAILABLE
    return HoldRequest(event.pk, block[0], int(block[1:]), mode, len(seats) or quantity, list(seats), **fields)


def order_of(buyer: User, event: Event, *blocks: str, **arguments: Any) -> list[Booking]:
    """Hold the best two seats in each of the blocks as one order."""
    return hold_order(buyer_id=buyer.pk, items=[item(event, block) for block in blocks], **arguments)


def breaches() -> dict[str, list[Any]]:
    """Return the violated invariants and constraints of the open transaction, in which nothing can be isolated."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        found = {}
        for invariant in INVARIANTS:
            cursor.execute(invariant.breaches)
            found[invariant.name] = cursor.fetchall()
    return {name: rows for name, rows in found.items() if rows}
