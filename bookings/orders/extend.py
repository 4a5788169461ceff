"""Extends an order that is held, for a buyer who needs more time."""

import uuid

from accounts.models import User
from bookings.holds.extend import add_time
from bookings.holds.selectors import current_bookings
from bookings.holds.transitions import held_bookings, lock_bookings
from bookings.orders.selectors import own_order
from core.transactions import retrying_transaction


@retrying_transaction
def extend_order(*, order_id: uuid.UUID, buyer: User) -> None:
    """Move the deadline of an order by the event's `hold_seconds`, once per order.

    Locks the order's bookings by id; their seats don't change. Raises NotFound, NotOwner, InvalidState (not held, or
    extended before), HoldExpired and AlreadyPaid.
    """
    own_order(order_id, buyer)
    bookings = lock_bookings(order_id)
    add_time(held_bookings(bookings) or current_bookings(bookings)[:1])
