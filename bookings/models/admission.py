"""Issued tickets, their check-ins, and gate staff."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from bookings.models.booking import Booking, new_id
from bookings.states import AdmissionStatus, CheckInKind
from events.models import Event, Subsection


def new_serial() -> int:
    """Return a random 63-bit number: it fits a bigint and can't be guessed."""
    return secrets.randbits(63)


class Admission(models.Model):
    """An issued ticket: it admits one person to one seat, once.

    Its code is signed and contains event, seat and `serial`. A seat that is sold again gets a new admission with a new
    serial; the old one is void.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Unique over all events, so that a QR code names one ticket wherever it is scanned.
    serial = models.PositiveBigIntegerField(unique=True, default=new_serial, editable=False)
    # The database's foreign keys are to (event, booking) and (event, subsection): bookings/sql/keys.sql.
    booking = models.ForeignKey(Booking, models.PROTECT, db_constraint=False, related_name="admissions")
    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False, db_index=False, related_name="admissions")
    subsection = models.ForeignKey(
        Subsection, models.PROTECT, db_constraint=False, db_index=False, related_name="admissions"
    )
    position = models.PositiveIntegerField()
    holder = models.CharField(max_length=150)
    status = models.CharField(
        max_length=6, choices=AdmissionStatus.choices, default=AdmissionStatus.ACTIVE, db_default=AdmissionStatus.ACTIVE
    )
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["event", "subsection", "position"]
        indexes = [
            # What scanners fetch: the void tickets of an event.
            models.Index(fields=["event"], name="admission_void", condition=Q(status="void")),
            # What the seller's report counts. A sale writes nothing into it.
            models.Index(fields=["event"], name="admission_used", condition=Q(status="used")),
        ]
        constraints = [
            UniqueConstraint(
                fields=["event", "subsection", "position"],
                name="admission_once_per_seat",
                condition=Q(status__in=["active", "used"]),
            ),
            CheckConstraint(name="admission_status_known", condition=Q(status__in=AdmissionStatus.values)),
            CheckConstraint(
                name="admission_used_has_time",
                condition=Q(status="used", used_at__isnull=False) | ~Q(status="used"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CheckIn(models.Model):
    """The append-only record of check-ins: each accepted scan, undo, and conflict that an offline scanner reported.

    Ticket, kind, `device` and `scanned_at` identify a scan, so that one that is reported several times is recorded
    once. An accepted scan gets a second row as a conflict if an earlier scan of the ticket is reported later (`scans`).
    """

    # The database's foreign key is to (event, admission): bookings/sql/keys.sql.
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    admission = models.ForeignKey(Admission, models.PROTECT, db_constraint=False, related_name="check_ins")
    kind = models.CharField(max_length=8, choices=CheckInKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    device = models.CharField(max_length=100, blank=True, default="", db_default="")
    scanned_at = models.DateTimeField(help_text="By the scanner's clock if it was offline, else by the database's.")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "check-in"
        ordering = ["recorded_at", "id"]
        constraints = [
            UniqueConstraint(
                fields=["admission", "kind", "device", "scanned_at", "event"], name="check_in_once_per_scan"
            ),
            CheckConstraint(name="check_in_kind_known", condition=Q(kind__in=CheckInKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.admission_id} {self.kind}"

    @property
    def counted_at(self) -> datetime:
        """The time that counts for the order of scans: `scanned_at`, but not later than `recorded_at`.

        A scanner's clock may be ahead.
        """
        return min(self.scanned_at, self.recorded_at)


class GateStaff(models.Model):
    """A person who may check in tickets of one event, by email address, so that they may register later."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="gate_staff", db_index=False)
    email = models.EmailField()

    class Meta:
        verbose_name = verbose_name_plural = "gate staff of one event"
        constraints = [UniqueConstraint(fields=["event", "email"], name="gate_staff_once_per_event")]

    def __str__(self) -> str:
        return self.email


class SellerGateStaff(models.Model):
    """A person who may check in tickets of all present and future events of a seller, by email address."""

    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="gate_staff", db_index=False)
    email = models.EmailField()

    class Meta:
        verbose_name = verbose_name_plural = "gate staff of all events"
        constraints = [UniqueConstraint(fields=["seller", "email"], name="gate_staff_once_per_seller")]

    def __str__(self) -> str:
        return self.email
