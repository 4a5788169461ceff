"""What deleting an account means for bookings: what must be over first, and what is removed of the person."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.errors import AccountObstacle
from accounts.models import User
from accounts.operations.deletion import DELETED_NAME
from bookings.checkin.models import GateStaff, SellerGateStaff
from bookings.payments.models import Payment
from bookings.states import BookingStatus, PaymentStatus
from bookings.tickets.models import Admission
from bookings.webhooks.models import Endpoint
from core.clock import Now


def booking_obstacles(user: User) -> list[AccountObstacle]:
    """Return the user's bookings that are paid for an event to come, still held, or whose payment is still open."""
    open_payment = Payment.objects.filter(
        order=OuterRef("order"), event=OuterRef("event"), status=PaymentStatus.PENDING
    )
    held = Q(status=BookingStatus.PENDING_PAYMENT, expires_at__gt=Now())
    to_come = Q(status__in=(BookingStatus.PAID, BookingStatus.PROCESSING)) | held | Exists(open_payment)
    return [
        {
            "kind": "booking",
            "id": str(booking.pk),
            "name": f"{booking.event.name}: {booking.get_status_display().lower()}",
            "path": reverse("booking-done" if booking.status == BookingStatus.PAID else "checkout", args=[booking.pk]),
        }
        for booking in user.bookings.filter(to_come).select_related("event")
    ]


def remove_person(user: User) -> None:
    """Remove the user's name from issued tickets, their rights at the gate, and stop their webhooks."""
    Admission.objects.filter(booking__buyer=user).update(holder=DELETED_NAME)
    GateStaff.objects.filter(email=user.email).delete()
    SellerGateStaff.objects.filter(email=user.email).delete()
    Endpoint.objects.filter(seller=user, is_active=True).update(
        is_active=False, off_because="The seller's account was deleted."
    )
