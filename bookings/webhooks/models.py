"""Webhooks to sellers: their endpoints, and each message with its result."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, Value

from bookings.notifications.models import NO_EVENT
from bookings.states import DeliveryKind, DeliveryStatus
from core.ids import new_id
from events.models import Event

URL_LENGTH = 500


class Endpoint(models.Model):
    """A URL of a seller that gets messages of the chosen `kinds` about the seller's events.

    Messages are signed with `secret`, and until `former_until` with `former_secret` too. `failing_since` is the time of
    the first failure since the last success. A failing endpoint is paused until `free_at`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="endpoints", db_index=False)
    url = models.CharField("address", max_length=URL_LENGTH)
    kinds = ArrayField(models.CharField(max_length=20, choices=DeliveryKind.choices))
    is_active = models.BooleanField("active", default=True, help_text="It gets no new deliveries while it is off.")
    off_because = models.CharField(max_length=300, blank=True, default="", help_text="Why it was switched off for you.")
    secret = models.CharField(max_length=100)
    former_secret = models.CharField(max_length=100, blank=True, default="")
    former_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    free_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "webhook endpoint"
        ordering = ["created_at", "id"]
        indexes = [
            # For the triggers, which look up the endpoints of the event's seller at each sale.
            models.Index(fields=["seller"], name="endpoint_active", condition=Q(is_active=True)),
        ]
        constraints = [
            CheckConstraint(name="endpoint_kinds_known", condition=Q(kinds__contained_by=DeliveryKind.values)),
        ]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One message to one endpoint.

    Database triggers insert it (`bookings/sql/webhooks.sql`) and `bookings.webhooks.delivery` sends it. `subject` is
    the id of the booking, check-in or event (for a test: of the endpoint) that it is about. `payload` is built by the
    first attempt and sent unchanged by all others. A sweep sends the message once `due_at` has passed; while it is
    being sent, `due_at` is the end of the sender's claim.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No constraint: a sale inserts this row, and must neither wait for a change of the endpoint nor fail because
    # the endpoint is removed.
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    # NO_EVENT for a test message. `null=True` makes Django join such rows, too; the database refuses NULL.
    event = models.ForeignKey(
        Event,
        models.PROTECT,
        null=True,
        db_default=Value(NO_EVENT),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    kind = models.CharField(max_length=20, choices=DeliveryKind.choices)
    subject = models.CharField(max_length=36)
    happened_at = models.DateTimeField()
    payload = models.TextField(blank=True, default="", db_default="")
    status = models.CharField(
        max_length=9, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING, db_default=DeliveryStatus.WAITING
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField("next attempt")
    http_status = models.PositiveIntegerField("last response", null=True)
    failure = models.CharField(max_length=300, blank=True, default="", db_default="", help_text="The last error.")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            # For the sweep: an endpoint's deliveries that are still to be sent.
            models.Index(
                fields=["endpoint", "due_at"], name="delivery_due", condition=Q(status__in=["waiting", "sending"])
            ),
            # For counting the messages in flight to an endpoint, however many are waiting.
            models.Index(fields=["endpoint"], name="delivery_under_way", condition=Q(status="sending")),
            # For the purge of old deliveries.
            models.Index(fields=["happened_at"], name="delivery_done", condition=Q(status__in=["delivered", "failed"])),
        ]
        constraints = [
            CheckConstraint(name="delivery_kind_known", condition=Q(kind__in=DeliveryKind.values)),
            CheckConstraint(name="delivery_status_known", condition=Q(status__in=DeliveryStatus.values)),
            CheckConstraint(
                name="delivery_delivered_has_time",
                condition=Q(status="delivered", delivered_at__isnull=False) | ~Q(status="delivered"),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """The `webhook-id` header; all attempts have the same."""
        return f"msg_{self.pk.hex}"
