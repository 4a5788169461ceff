"""Payments and refunds of bookings, and the webhooks received from gateways."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.functional import cached_property

from bookings.holds.models import Booking
from bookings.holds.selectors import current_bookings
from bookings.idempotency import KEY_LENGTH
from bookings.references import PATTERN, reference_column
from bookings.states import MADE_ELSEWHERE, DisputeStatus, PaymentStatus, RefundReason, RefundStatus
from core.ids import new_id
from events.models import Event

FAILURE_LENGTH = 300  # characters of a gateway's text that are kept
URL_LENGTH = 2000  # of the page of a buyer's step
REFERENCE_LENGTH = 255  # of a gateway's id; Stripe allows that many


class Payment(models.Model):
    """One attempt to take the money of an order. Its `id` is the idempotency key of the charge at the gateway.

    `captured_amount` and `captured_currency` are what the gateway reports to have taken. Constraints allow a payment
    only then to pay a booking (captured, partly refunded) if both are what was asked for. `refunded_amount` is the sum
    of all recorded refunds, sent or not, and at most what was captured.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = reference_column()
    # The database's foreign key is to (event, order): bookings/sql/order_keys.sql.
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    order = models.ForeignKey("bookings.Order", models.PROTECT, db_constraint=False, related_name="payments")
    status = models.CharField(
        max_length=15, choices=PaymentStatus.choices, default=PaymentStatus.PENDING, db_default=PaymentStatus.PENDING
    )
    amount = models.PositiveBigIntegerField(help_text="In minor units.")
    refunded_amount = models.PositiveBigIntegerField(default=0, db_default=0, help_text="In minor units.")
    currency = models.CharField(max_length=3)
    captured_amount = models.PositiveBigIntegerField(null=True, help_text="In minor units of `captured_currency`.")
    captured_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    gateway = models.CharField(max_length=20)
    gateway_reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True, default="", db_default="")
    left_open = models.BooleanField(
        default=False, db_default=False, help_text="The buyer got a response before the outcome was known."
    )
    card_last4 = models.CharField(max_length=4, blank=True, help_text="Empty if no card number was used.")
    dispute_status = models.CharField(
        max_length=4, choices=DisputeStatus.choices, blank=True, default="", db_default=""
    )
    dispute_reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True, default="", db_default="")
    disputed_amount = models.PositiveBigIntegerField(default=0, db_default=0, help_text="In minor units.")
    step_url = models.CharField(
        max_length=URL_LENGTH, blank=True, default="", db_default="", help_text="The page where the buyer goes on."
    )
    failure_code = models.CharField(max_length=50, blank=True, default="", db_default="")
    failure = models.CharField(max_length=FAILURE_LENGTH, blank=True, default="", db_default="")
    idempotency_key = models.CharField(max_length=KEY_LENGTH, null=True)
    request_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            # Used by the reconciler: charges whose outcome is unknown.
            models.Index(fields=["created_at"], name="payment_open", condition=Q(status="pending")),
            # Webhooks about refunds and disputes name the charge, and not our payment.
            models.Index(fields=["gateway_reference"], name="payment_at_gateway"),
            # Used by the operator page.
            models.Index(fields=["created_at"], name="payment_disputed", condition=Q(dispute_status="open")),
        ]
        constraints = [
            UniqueConstraint(
                fields=["order", "event"],
                name="payment_captured_once",
                condition=Q(status__in=["captured", "partly_refunded"]),
            ),
            UniqueConstraint(fields=["order", "event"], name="payment_open_once", condition=Q(status="pending")),
            UniqueConstraint(fields=["order", "idempotency_key", "event"], name="payment_once_per_key"),
            UniqueConstraint(fields=["reference", "event"], name="payment_reference_once"),
            CheckConstraint(name="payment_reference_valid", condition=Q(reference__regex=PATTERN)),
            CheckConstraint(name="payment_status_known", condition=Q(status__in=PaymentStatus.values)),
            CheckConstraint(
                name="payment_captured_has_time",
                condition=Q(status__in=["captured", "partly_refunded", "refunded"], captured_at__isnull=False)
                | Q(status__in=["pending", "failed", "cancelled"], captured_at__isnull=True),
            ),
            CheckConstraint(
                name="payment_captured_as_asked",
                condition=Q(status__in=["pending", "failed", "cancelled"], captured_amount__isnull=True)
                | Q(
                    status__in=["captured", "partly_refunded"],
                    captured_amount__isnull=False,
                    captured_amount=F("amount"),
                    captured_currency=F("currency"),
                )
                | Q(status="refunded", captured_amount__isnull=False),
            ),
            CheckConstraint(name="payment_dispute_known", condition=Q(dispute_status__in=DisputeStatus.values)),
            CheckConstraint(
                name="payment_refunds_within_capture",
                condition=Q(status__in=["pending", "failed", "cancelled", "captured"], refunded_amount=0)
                | Q(status="partly_refunded", refunded_amount__gt=0, refunded_amount__lt=F("amount"))
                | Q(status="refunded", refunded_amount=F("captured_amount")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @cached_property
    def booking(self) -> Booking:
        """The first booking of the order that has the order's status. Runs a query unless it was set."""
        return current_bookings(Booking.objects.filter(order_id=self.order_id).order_by("pk"))[0]


class Refund(models.Model):
    """A recorded refund of a payment. Its `id` is the idempotency key at the gateway: sent twice, it refunds once.

    Refunds that somebody made at the provider, and money that the buyer's bank took back, are recorded here as well
    (`reason` in MADE_ELSEWHERE), with the gateway's id once it is known.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The database's foreign key is to (event, payment): bookings/sql/keys.sql.
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, db_constraint=False, related_name="refunds")
    # Of a payment for a larger order: the booking whose price this returns. NULL if it returns more, or something else.
    booking = models.ForeignKey(
        Booking, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="refunds"
    )
    amount = models.PositiveBigIntegerField(help_text="In minor units.")
    reason = models.CharField(max_length=15, choices=RefundReason.choices)
    status = models.CharField(
        max_length=7, choices=RefundStatus.choices, default=RefundStatus.PENDING, db_default=RefundStatus.PENDING
    )
    gateway_reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True, default="", db_default="")
    failure = models.CharField(
        max_length=FAILURE_LENGTH, blank=True, default="", db_default="", help_text="The last error of the gateway."
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="How often sending it has failed.")
    retry_at = models.DateTimeField(null=True, help_text="It is not sent again before this time.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=KEY_LENGTH, null=True)
    request_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["created_at"], name="refund_open", condition=Q(status="pending")),
            # Used by the operator page.
            models.Index(
                fields=["created_at"], name="refund_to_look_at", condition=Q(status="failed") | Q(reason="wrong_amount")
            ),
            # Used by the sales report: the few refunds that a booking's status doesn't tell.
            models.Index(
                fields=["payment"],
                name="refund_out_of_line",
                condition=Q(reason__in=["seats_lost", "paid_twice", "provider", "dispute"]),
            ),
        ]
        constraints = [
            CheckConstraint(name="refund_status_known", condition=Q(status__in=RefundStatus.values)),
            # Over all events: a person's key means one request, whatever the request is about.
            UniqueConstraint(fields=["by", "idempotency_key"], name="refund_once_per_key"),
            UniqueConstraint(
                fields=["payment", "gateway_reference", "event"],
                name="refund_once_at_gateway",
                condition=~Q(gateway_reference=""),
            ),
            # A refund of 0, of a booking that was free, is never sent.
            CheckConstraint(name="refund_amount_positive", condition=Q(amount__gt=0) | Q(status="sent")),
            CheckConstraint(
                name="refund_sent_has_time",
                condition=Q(status="sent", sent_at__isnull=False)
                | Q(status="pending", sent_at__isnull=True)
                | Q(status__in=["failed", "undone"]),
            ),
            CheckConstraint(
                name="refund_undone_was_made_elsewhere", condition=~Q(status="undone") | Q(reason__in=MADE_ELSEWHERE)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class WebhookEvent(models.Model):
    """A webhook of a gateway that was processed. Gateways send each at least once, in any order."""

    pk = models.CompositePrimaryKey("gateway", "event_id")
    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=255)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="webhook_received")]  # for the purge of old rows

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"
