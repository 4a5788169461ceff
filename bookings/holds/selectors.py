"""Selectors for bookings: which bookings a user may see, and in which order."""

import uuid
from collections.abc import Collection, Iterable

from django.db.models import Case, Count, Exists, IntegerChoices, OuterRef, Q, When

from accounts.models import User
from bookings.errors import NotOwner
from bookings.holds.models import Booking, BookingQuerySet
from bookings.states import OPEN, BookingStatus, PaymentStatus
from core.clock import Now
from core.errors import NotFound, PermissionRefused
from events.ownership import may_manage
from events.schedule import over_at
from events.seating.names import layout_of

# The status of an order is the first of these that one of its bookings has: what is held or paid decides, and not what
# was taken out or given back.
DECIDING = (
    *(BookingStatus.PENDING_PAYMENT, BookingStatus.PROCESSING, BookingStatus.PAID, BookingStatus.COMPLETED),
    *(BookingStatus.EXPIRED, BookingStatus.REFUNDED, BookingStatus.FAILED, BookingStatus.CANCELLED),
)


class Urgency(IntegerChoices):
    """How soon a buyer must act on a booking. The labels are the headings of the buyer's list."""

    WAITING = 1, "Waiting for you"
    COMING = 2, "Coming up"
    PAST = 3, "Earlier"


def bookings_of(user: User, status: str | None) -> BookingQuerySet:
    """Return the bookings that a user may list, newest first; with `status`, only those shown with that status.

    Buyers see their own bookings, sellers those of their events, operators all.
    """
    bookings = Booking.objects.for_display()
    if not user.is_superuser:
        bookings = bookings.filter(event__seller=user) if user.role == User.Role.SELLER else bookings.filter(buyer=user)
    return bookings.shown_as(status) if status else bookings


def visible_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """Return a booking that `user` may see, loaded with `for_display`.

    Raises NotFound unless they are its buyer, the event's seller or an operator.
    """
    booking = Booking.objects.for_display().filter(pk=booking_id).first()
    if booking is None or not (booking.buyer_id == user.pk or may_manage(booking.event, user)):
        raise NotFound("You have no such booking.")
    return booking


def bought_by(user: User) -> BookingQuerySet:
    """Return the first of the `current_bookings` of each of a buyer's orders, most urgent first, with its `urgency`.

    First come open orders by their deadline, then upcoming events by their start, then the rest, newest first.
    """
    waiting = Q(status__in=OPEN, expires_at__gt=Now())
    coming = Q(status=BookingStatus.PAID) & (Q(event__starts_at__isnull=True) | Q(ends__gt=Now()))
    urgency = Case(When(waiting, then=Urgency.WAITING), When(coming, then=Urgency.COMING), default=Urgency.PAST)
    when = Case(When(waiting, then="expires_at"), When(coming, then="event__starts_at"))
    ranked = Booking.objects.annotate(rank=Case(*(When(status=status, then=n) for n, status in enumerate(DECIDING))))
    earlier = Q(rank__lt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk"))
    others = ranked.filter(earlier, order_id=OuterRef("order_id"), event_id=OuterRef("event_id"))
    first = ranked.filter(~Exists(others), buyer=user).annotate(ends=over_at("event__")).for_display()
    return first.annotate(urgency=urgency).order_by("urgency", when.asc(nulls_last=True), "-created_at", "-id")


def booked_subsections(subsection_ids: Collection[int]) -> dict[int, bool]:
    """Return those of the subsections (ids) in which bookings were ever made, and whether one is being processed."""
    bookings = Booking.objects.filter(subsection_id__in=subsection_ids).order_by().values_list("subsection_id")
    processing = Count("pk", filter=Q(status=BookingStatus.PROCESSING))
    return {id: number > 0 for id, number in bookings.annotate(number=processing)}


def is_charging(booking: Booking) -> bool:
    """Return whether a payment of the booking is pending, so that the outcome of its charge is not known yet."""
    return booking.payments.filter(status=PaymentStatus.PENDING).exists()


def tier_of(booking: Booking) -> str:
    """Return the tier of all places of a booking; "" if they have several. Runs a query for a drawn block.

    A later version of the plan may have fewer places than a booking that was refunded before.
    """
    layout = layout_of(booking.subsection)
    if layout is None or layout.tier_of is None or layout.tiers is None:
        return booking.subsection.tier
    tiers = {layout.tier_of[position] for position in booking.positions if position < len(layout.tier_of)}
    return layout.tiers[tiers.pop()] if len(tiers) == 1 else ""


def current_bookings(bookings: Iterable[Booking]) -> list[Booking]:
    """Return those of an order's bookings that have the order's status."""
    bookings = list(bookings)
    for status in DECIDING:
        current = [booking for booking in bookings if booking.status == status]
        if current:
            return current
    raise AssertionError("an order has a booking")


def own_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """Return the booking if `user` is its buyer.

    Raises NotFound if the user may not see the booking, NotOwner if they may see it but are not its buyer.
    """
    booking = visible_booking(booking_id, user)
    if booking.buyer_id != user.pk:
        raise NotOwner
    return booking


def managed_booking(booking_id: uuid.UUID, user: User) -> Booking:
    """Return the booking if `user` manages its event, as its seller or an operator.

    Raises NotFound if the user may not see the booking, PermissionRefused if they may see it as its buyer.
    """
    booking = visible_booking(booking_id, user)
    if not may_manage(booking.event, user):
        raise PermissionRefused("Only the event's seller can do this.")
    return booking
