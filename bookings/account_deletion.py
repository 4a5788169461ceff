"""What deleting an account means for bookings: what must be over first, and what is removed of the person."""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import MD5, Concat
from django.urls import reverse

from accounts.errors import AccountObstacle
from accounts.models import User
from accounts.operations.deletion import DELETED_NAME
from bookings.bots.attempt_store import forget
from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.notifications.models import EmailMessage
from bookings.payments.models import Payment
from bookings.states import BookingStatus, PaymentStatus
from bookings.tickets.models import Admission
from bookings.waiting_room.models import QueuePass
from bookings.webhooks.models import Endpoint
from core.clock import Now

REMOVED = "removed"


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
    """Remove what `bookings/privacy/registry.py` says from the rows that stay, and delete the others.

    Bookings, payments and refunds stay: they are the books. What stays of the person in them is a number.
    """
    Admission.objects.filter(booking__buyer=user).update(holder=DELETED_NAME)
    EmailMessage.objects.filter(booking__buyer=user).exclude(failure="").update(failure=REMOVED)
    _anonymise_devices(user)
    QueuePass.objects.filter(user=user).delete()
    GateStaff.objects.filter(email=user.email).delete()
    SellerGateStaff.objects.filter(email=user.email).delete()
    SellerGateStaff.objects.filter(seller=user).delete()
    _remove_endpoints(user)

    def forget_signals() -> None:  # not a partial: to log a failure, Django needs its __qualname__
        forget(user.pk)

    transaction.on_commit(forget_signals, robust=True)


def _anonymise_devices(user: User) -> None:
    """Replace the names of the scanners that the user worked with ("Alice's phone"); scans of one stay together."""
    scans = CheckIn.objects.filter(by=user).exclude(device="")
    scans.update(device=Concat(Value("deleted-"), MD5(Concat("device", Value(settings.SECRET_KEY)))))


def _remove_endpoints(user: User) -> None:
    """Stop the webhooks, and remove the addresses and secrets of the seller's systems."""
    endpoints = Endpoint.objects.filter(seller=user)
    endpoints.filter(is_active=True).update(is_active=False, off_because="The seller's account was deleted.")
    endpoints.update(url=f"https://{REMOVED}.invalid/", secret="", former_secret="")
