"""Takes the buyers out of old bookings that were never paid: no money and no seat depends on whose they were."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.operations.deletion import DELETED_NAME
from bookings.holds.models import Booking, BookingQuerySet
from bookings.orders.models import Order
from bookings.payments.models import Payment
from bookings.states import BookingStatus, PaymentStatus
from core.clock import database_now
from core.transactions import retrying_transaction

log = structlog.get_logger(__name__)
FORGOTTEN_EMAIL = "forgotten@deleted.invalid"  # a reserved domain: nobody can ever receive mail there
NEVER_PAID = (BookingStatus.EXPIRED, BookingStatus.CANCELLED, BookingStatus.FAILED)
BATCH = 1_000  # rows in one transaction


def forget_unpaid_buyers() -> int:
    """Give the bookings that ended unpaid UNPAID_BOOKING_DAYS ago to a nameless account; return how many.

    A booking whose charge was ever captured, or is still open, stays as it is: it is part of the books. Skips locked
    rows, so that it can run at any time, also several times at once.
    """
    total = 0
    while forgotten := _forget_batch():
        total += forgotten
    if total:
        log.info("unpaid_buyers_forgotten", bookings=total)
    return total


@retrying_transaction
def _forget_batch() -> int:
    """Lock up to BATCH bookings and change their buyer; return how many."""
    nobody = _nobody()
    due = _due().exclude(buyer=nobody).order_by().select_for_update(of=("self",), no_key=True, skip_locked=True)
    ids = [booking.pk for booking in due.only("pk")[:BATCH]]
    Order.objects.filter(bookings__in=ids).update(buyer=nobody, idempotency_key=None, request_hash="")
    return Booking.objects.filter(pk__in=ids).update(buyer=nobody)


def _due() -> BookingQuerySet:
    before = database_now() - timedelta(days=settings.UNPAID_BOOKING_DAYS)
    money = Q(captured_at__isnull=False) | Q(status=PaymentStatus.PENDING)
    paid = Exists(Payment.objects.filter(money, order=OuterRef("order"), event=OuterRef("event")))
    return Booking.objects.filter(~paid, status__in=NEVER_PAID, paid_at__isnull=True, updated_at__lt=before)


def _nobody() -> User:
    """Return the account that has the bookings of people who are forgotten. Nobody can sign in as it."""
    blank = {"name": DELETED_NAME, "password": make_password(None), "is_active": False, "deleted_at": Now()}
    return User.objects.get_or_create(email=FORGOTTEN_EMAIL, defaults=blank)[0]
