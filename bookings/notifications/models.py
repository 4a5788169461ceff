"""The table of the email outbox: emails as rows, inserted in the transaction that they report."""

from django.db import models
from django.db.models import Case, CheckConstraint, Q, UniqueConstraint, Value, When

from bookings.states import BULK_EMAILS, EmailKind, EmailRank, EmailStatus
from core.ids import new_id
from events.models import Event

NO_EVENT = 0  # `event_id` of a row that is not about an event; a primary key can't be NULL


class EmailMessage(models.Model):
    """One email to a booking's buyer or an endpoint's seller, written once for each `kind` and `subject`.

    The row is inserted by `bookings.notifications.outbox`, `bookings.event_changes.notify_ticket_holders` or
    bookings/sql/sell.sql, and `bookings.emails.send` sends the email. `subject` identifies what the email is about: the
    booking, one of its payments, or a new id for something that may happen several times. A sweep sends the email once
    `due_at` has passed; while it is being sent, `due_at` is the end of the sender's claim.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16, choices=EmailKind.choices)
    # The database's foreign key is to (event, booking): bookings/sql/keys.sql. An email about an endpoint is not
    # about an event (NO_EVENT). `null=True` makes Django join such rows, too; the database refuses NULL.
    event = models.ForeignKey(
        Event,
        models.DO_NOTHING,
        null=True,
        db_default=Value(NO_EVENT),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    booking = models.ForeignKey(
        "bookings.Booking", models.PROTECT, null=True, db_constraint=False, related_name="emails"
    )
    endpoint = models.ForeignKey("bookings.Endpoint", models.CASCADE, null=True, related_name="emails", db_index=False)
    rank = models.GeneratedField(
        expression=Case(When(kind__in=BULK_EMAILS, then=EmailRank.BULK.value), default=EmailRank.AWAITED.value),
        output_field=models.SmallIntegerField(),
        db_persist=True,
        help_text="0 goes before 1, whatever has waited longer.",
    )
    subject = models.UUIDField()
    status = models.CharField(
        max_length=7, choices=EmailStatus.choices, default=EmailStatus.WAITING, db_default=EmailStatus.WAITING
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField()
    failure = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="The last error of the mail server."
    )
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    before = models.JSONField(db_default={}, help_text="Of an event that changed: what it was, {field: value}.")

    class Meta:
        ordering = ["written_at", "id"]
        indexes = [
            # For the sweep, in its order: emails that are still to be sent.
            models.Index(fields=["rank", "due_at"], name="email_due", condition=Q(status__in=["waiting", "sending"])),
            models.Index(fields=["endpoint"], name="email_of_endpoint", condition=Q(endpoint__isnull=False)),
            # For the purge of old emails.
            models.Index(
                fields=["written_at"], name="email_done", condition=Q(status__in=["sent", "dropped", "failed"])
            ),
        ]
        constraints = [
            UniqueConstraint(fields=["subject", "kind", "event"], name="email_once"),
            # A change is added to the email about an earlier change while that email is waiting.
            UniqueConstraint(
                fields=["booking", "event"],
                name="email_of_changes_once",
                condition=Q(kind="event_changed", status="waiting", attempts=0),
            ),
            CheckConstraint(
                name="email_of_booking_or_endpoint",
                condition=Q(kind="endpoint_off", booking__isnull=True, endpoint__isnull=False)
                | ~Q(kind="endpoint_off") & Q(booking__isnull=False, endpoint__isnull=True),
            ),
            CheckConstraint(name="email_status_known", condition=Q(status__in=EmailStatus.values)),
            CheckConstraint(
                name="email_sent_has_time",
                condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
