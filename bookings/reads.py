"""What is shown of bookings, and to whom."""

import uuid

from accounts.models import User
from bookings.errors import NotOwner
from bookings.models import Booking, BookingQuerySet
from events.reads import may_manage
from ticketing.errors import NotFound


def bookings_of(user: User, status: str | None) -> BookingQuerySet:
    """A buyer's own bookings, a seller's those of his events, an operator's all; newest first."""
    bookings = Booking.objects.for_display()
    if not user.is_superuser:
        bookings = bookings.filter(event__seller=user) if user.role == User.Role.SELLER else bookings.filter(buyer=user)
    return bookings.filter(status=status) if status else bookings


def visible_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """The booking if `user` is its buyer, the event's seller or an operator; NotFound to all others."""
    booking = Booking.objects.for_display().filter(pk=booking_id).first()
    if booking is None or not (booking.buyer_id == user.pk or may_manage(booking.event, user)):
        raise NotFound("You have no such booking.")
    return booking


def own_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """The booking if `user` is its buyer. NotFound if it's not for him to see, NotOwner if it is."""
    booking = visible_booking(booking_id, user)
    if booking.buyer_id != user.pk:
        raise NotOwner
    return booking
