"""Payments and refunds of bookings, and the webhooks received from gateways."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from bookings.holds.models import Booking
from bookings.idempotency import KEY_LENGTH
from bookings.references import PATTERN, reference_column
from bookings.states import PaymentStatus, RefundReason, RefundStatus
from core.ids import new_id
from events.models import Event


class Payment(models.Model):
    """One attempt to take the money of a booking. Its `id` is the idempotency key of the charge at the gateway.

    `refunded_amount` is the sum of all recorded refunds, sent or not; a constraint keeps it within `amount`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = reference_column()
    # The database's foreign key is to (event, booking): bookings/sql/keys.sql.
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    booking = models.ForeignKey(Booking, models.PROTECT, db_constraint=False, related_name="payments")
    status = models.CharField(
        max_length=15, choices=PaymentStatus.choices, default=PaymentStatus.PENDING, db_default=PaymentStatus.PENDING
    )
    amount = models.PositiveBigIntegerField(help_text="In minor units.")
    refunded_amount = models.PositiveBigIntegerField(default=0, db_default=0, help_text="In minor units.")
    currency = models.CharField(max_length=3)
    gateway = models.CharField(max_length=20)
    gateway_reference = models.CharField(max_length=100, blank=True, default="", db_default="")
    left_open = models.BooleanField(
        default=False, db_default=False, help_text="The buyer got a response before the outcome was known."
    )
    card_last4 = models.CharField(max_length=4)
    failure_code = models.CharField(max_length=50, blank=True, default="", db_default="")
    failure = models.CharField(max_length=300, blank=True, default="", db_default="")
    idempotency_key = models.CharField(max_length=KEY_LENGTH, null=True)
    request_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            # Used by the reconciler: charges whose outcome is unknown.
            models.Index(fields=["created_at"], name="payment_open", condition=Q(status="pending")),
        ]
        constraints = [
            UniqueConstraint(
                fields=["booking", "event"],
                name="payment_captured_once",
                condition=Q(status__in=["captured", "partly_refunded"]),
            ),
            UniqueConstraint(fields=["booking", "event"], name="payment_open_once", condition=Q(status="pending")),
            UniqueConstraint(fields=["booking", "idempotency_key", "event"], name="payment_once_per_key"),
            UniqueConstraint(fields=["reference", "event"], name="payment_reference_once"),
            CheckConstraint(name="payment_reference_valid", condition=Q(reference__regex=PATTERN)),
            CheckConstraint(name="payment_status_known", condition=Q(status__in=PaymentStatus.values)),
            CheckConstraint(
                name="payment_captured_has_time",
                condition=Q(status__in=["captured", "partly_refunded", "refunded"], captured_at__isnull=False)
                | Q(status__in=["pending", "failed", "cancelled"], captured_at__isnull=True),
            ),
            CheckConstraint(
                name="payment_refunds_within_capture",
                condition=Q(status__in=["pending", "failed", "cancelled", "captured"], refunded_amount=0)
                | Q(status="partly_refunded", refunded_amount__gt=0, refunded_amount__lt=F("amount"))
                | Q(status="refunded", refunded_amount=F("amount")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Refund(models.Model):
    """A recorded refund of a payment. Its `id` is the idempotency key at the gateway: sent twice, it refunds once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The database's foreign key is to (event, payment): bookings/sql/keys.sql.
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, db_constraint=False, related_name="refunds")
    amount = models.PositiveBigIntegerField(help_text="In minor units.")
    reason = models.CharField(max_length=15, choices=RefundReason.choices)
    status = models.CharField(
        max_length=7, choices=RefundStatus.choices, default=RefundStatus.PENDING, db_default=RefundStatus.PENDING
    )
    failure = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="The last error of the gateway."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=KEY_LENGTH, null=True)
    request_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["created_at"], name="refund_open", condition=Q(status="pending")),
            # Used by the sales report: the few payments without seats.
            models.Index(
                fields=["payment"], name="refund_for_nothing", condition=Q(reason__in=["seats_lost", "paid_twice"])
            ),
        ]
        constraints = [
            CheckConstraint(name="refund_status_known", condition=Q(status__in=RefundStatus.values)),
            # Over all events: a person's key means one request, whatever the request is about.
            UniqueConstraint(fields=["by", "idempotency_key"], name="refund_once_per_key"),
            CheckConstraint(name="refund_amount_positive", condition=Q(amount__gt=0)),
            CheckConstraint(
                name="refund_sent_has_time",
                condition=Q(status="sent", sent_at__isnull=False) | Q(status="pending", sent_at__isnull=True),
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
