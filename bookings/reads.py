"""What is shown of bookings, and to whom."""

import uuid

from django.db.models import Case, IntegerChoices, Q, When
from django.db.models.functions import Coalesce

from accounts.models import User
from bookings.errors import NotOwner
from bookings.models import Booking, BookingQuerySet
from bookings.states import OPEN, BookingStatus, PaymentStatus
from events.clock import Now
from events.reads import may_manage
from ticketing.errors import NotFound, PermissionRefused


class Urgency(IntegerChoices):
    """What a booking asks of its buyer; also the headings of his list."""

    WAITING = 1, "Waiting for you"
    COMING = 2, "Coming up"
    PAST = 3, "Earlier"


def bookings_of(user: User, status: str | None) -> BookingQuerySet:
    """A buyer's own bookings, a seller's those of his events, an operator's all; newest first."""
    bookings = Booking.objects.for_display()
    if not user.is_superuser:
        bookings = bookings.filter(event__seller=user) if user.role == User.Role.SELLER else bookings.filter(buyer=user)
    return bookings.shown_as(status) if status else bookings


def visible_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """The booking if `user` is its buyer, the event's seller or an operator; NotFound to all others."""
    booking = Booking.objects.for_display().filter(pk=booking_id).first()
    if booking is None or not (booking.buyer_id == user.pk or may_manage(booking.event, user)):
        raise NotFound("You have no such booking.")
    return booking


def bought_by(user: User) -> BookingQuerySet:
    """A buyer's bookings in the order in which they matter, each with its `urgency`: what waits for payment by its
    deadline, then what is coming by its start, then the rest, newest first."""
    waiting = Q(status__in=OPEN, expires_at__gt=Now())
    coming = Q(status=BookingStatus.PAID) & (Q(event__starts_at__isnull=True) | Q(ends__gt=Now()))
    urgency = Case(When(waiting, then=Urgency.WAITING), When(coming, then=Urgency.COMING), default=Urgency.PAST)
    when = Case(When(waiting, then="expires_at"), When(coming, then="event__starts_at"))
    bookings = Booking.objects.for_display().filter(buyer=user)
    bookings = bookings.annotate(ends=Coalesce("event__ends_at", "event__starts_at")).annotate(urgency=urgency)
    return bookings.order_by("urgency", when.asc(nulls_last=True), "-created_at", "-id")


def is_charging(booking: Booking) -> bool:
    """Whether a charge for the booking is open, so that its outcome is not known yet."""
    return booking.payments.filter(status=PaymentStatus.PENDING).exists()


def own_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """The booking if `user` is its buyer. NotFound if it's not for him to see, NotOwner if it is."""
    booking = visible_booking(booking_id, user)
    if booking.buyer_id != user.pk:
        raise NotOwner
    return booking


def managed_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """The booking if `user` manages its event. NotFound if it's not for him to see, PermissionRefused if it is his."""
    booking = visible_booking(booking_id, user)
    if not may_manage(booking.event, user):
        raise PermissionRefused("Only the event's seller can do this.")
    return booking
