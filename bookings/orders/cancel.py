"""Cancels an order that is held, for its buyer."""

import uuid

from django.db import transaction

from accounts.models import User
from bookings.bots.attempt_store import WastedHold, record_wasted_holds
from bookings.holds.cancel import cancel_booking, end_hold
from bookings.holds.transitions import held_bookings, lock_order
from bookings.orders.selectors import own_order
from core.errors import InvalidState, NotFound
from core.transactions import retrying_transaction


@retrying_transaction
def cancel_order(*, order_id: uuid.UUID, buyer: User) -> None:
    """Cancel all bookings of an order that is held; their seats are free at once.

    1. Lock the subsections by id, then the order's bookings by id.
    2. Check that the order is held and has no open charge, which could still be captured.
    3. Free the seats and write the status; the change is published to viewers and the buyer after the commit.

    Bot detection counts it as one wasted hold. Raises NotFound, NotOwner, InvalidState, PaymentInProgress.
    """
    own_order(order_id, buyer)
    order = lock_order(order_id)
    held = held_bookings(order.bookings)
    if not held:
        raise InvalidState("An order that isn't held can't be cancelled.")
    for booking in held:
        end_hold(booking, order.subsections[booking.subsection_id])
    wasted = [WastedHold(held[0].buyer_id, held[0].event_id)]
    transaction.on_commit(lambda: record_wasted_holds(wasted), robust=True)


def remove_item(*, order_id: uuid.UUID, booking_id: uuid.UUID, buyer: User) -> None:
    """Take a held booking out of an order: its seats are free at once, and the others stay held.

    Raises NotFound if the order has no such booking, and the errors of `cancel_booking`.
    """
    if booking_id not in {booking.pk for booking in own_order(order_id, buyer)}:
        raise NotFound("The order has no such booking.")
    cancel_booking(booking_id=booking_id, buyer=buyer)
