"""Selectors for orders: which orders a user may see, and what an order's bookings say of it."""

import uuid
from collections.abc import Collection

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from bookings.errors import NotOwner
from bookings.holds.models import Booking
from bookings.holds.selectors import current_bookings, own_booking
from bookings.orders.models import Order
from bookings.states import BOUGHT
from core.errors import InvalidState, NotFound
from events.ownership import may_manage


def orders_of(user: User) -> QuerySet[Order]:
    """Return the orders that a user may list with their bookings, newest first.

    Buyers see their own orders, sellers those of their events, operators all.
    """
    bookings = Booking.objects.for_display().select_related("order__terms").order_by("pk")
    orders = Order.objects.prefetch_related(Prefetch("bookings", bookings)).order_by("-created_at", "-pk")
    if user.is_superuser:
        return orders
    return orders.filter(event__seller=user) if user.role == User.Role.SELLER else orders.filter(buyer=user)


def bookings_in(order_id: uuid.UUID) -> list[Booking]:
    """Return the bookings of an order by their ids, loaded with `for_display`; the first gives it its reference."""
    bookings = Booking.objects.for_display().select_related("order__terms")
    return list(bookings.filter(order_id=order_id).order_by("pk"))


def bookings_by_order(order_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Booking]]:
    """Return the bookings of orders as `bookings_in` does, by the ids of the orders. Runs one query."""
    found: dict[uuid.UUID, list[Booking]] = {order_id: [] for order_id in order_ids}
    for booking in Booking.objects.for_display().filter(order_id__in=order_ids).order_by("pk"):
        found[booking.order_id].append(booking)
    return found


def order_with(some_id: uuid.UUID, buyer: User) -> list[Booking]:
    """Return the bookings of the buyer's own order with this id, or with the booking that has it.

    Raises the errors of `own_order`.
    """
    try:
        return own_order(some_id, buyer)
    except NotFound:
        return own_order(own_booking(some_id, buyer).order_id, buyer)


def bought_order(order_id: uuid.UUID, buyer: User) -> list[Booking]:
    """Return those bookings of the buyer's own order that have its status, if it was ever paid.

    Raises the errors of `own_order`, or InvalidState.
    """
    bookings = current_bookings(own_order(order_id, buyer))
    if bookings[0].status not in BOUGHT:
        raise InvalidState(f"An order that is {bookings[0].get_status_display().lower()} was not bought.")
    return bookings


def visible_order(order_id: uuid.UUID, user: User) -> list[Booking]:
    """Return the bookings of an order that `user` may see.

    Raises NotFound unless they are its buyer, the event's seller or an operator.
    """
    bookings = bookings_in(order_id)
    if not bookings or not (bookings[0].buyer_id == user.pk or may_manage(bookings[0].event, user)):
        raise NotFound("You have no such order.")
    return bookings


def own_order(order_id: uuid.UUID, user: User) -> list[Booking]:
    """Return the bookings of an order if `user` is its buyer.

    Raises NotFound if the user may not see the order, NotOwner if they may see it but are not its buyer.
    """
    bookings = visible_order(order_id, user)
    if bookings[0].buyer_id != user.pk:
        raise NotOwner
    return bookings
