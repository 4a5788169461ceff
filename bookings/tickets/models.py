"""Issued tickets."""

import secrets
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from bookings.holds.models import Booking
from bookings.references import PATTERN, reference_column
from bookings.states import AdmissionStatus
from core.ids import new_id
from events.models import Event, Subsection

# How long before a ticket was issued a scanner may say that it was used. Its clock may be wrong by hours, such as in
# the wrong zone, and still tell in which order people came; a clock that was reset is wrong by years.
MAX_CLOCK_DELAY = timedelta(days=1)


def new_serial() -> int:
    """Return a random 63-bit number: it fits a bigint and can't be guessed."""
    return secrets.randbits(63)


class AdmissionQuerySet(models.QuerySet["Admission"]):
    """A queryset of tickets, with the join that all need who say where a seat is."""

    def with_place(self) -> "AdmissionQuerySet":
        """Join booking, event and subsection, without their long texts."""
        joined = self.select_related("booking", "event", "subsection")
        return joined.defer("event__description", "event__seating_config", "subsection__seat_status")


class Admission(models.Model):
    """An issued ticket: it admits one person to one seat, once.

    Its code is signed and contains event, seat and `serial`. A seat that is sold again gets a new admission with a new
    serial; the old one is void.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = reference_column()
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

    objects: ClassVar[AdmissionQuerySet] = AdmissionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["event", "subsection", "position"]
        indexes = [
            # Used by the manifest of scanners: the void tickets of an event.
            models.Index(fields=["event"], name="admission_void", condition=Q(status="void")),
            # Used by the sales report: the number of used tickets. A sale writes nothing into this index.
            models.Index(fields=["event"], name="admission_used", condition=Q(status="used")),
        ]
        constraints = [
            UniqueConstraint(
                fields=["event", "subsection", "position"],
                name="admission_once_per_seat",
                condition=Q(status__in=["active", "used"]),
            ),
            UniqueConstraint(fields=["reference", "event"], name="admission_reference_once"),
            CheckConstraint(name="admission_reference_valid", condition=Q(reference__regex=PATTERN)),
            CheckConstraint(name="admission_status_known", condition=Q(status__in=AdmissionStatus.values)),
            CheckConstraint(
                name="admission_used_has_time",
                condition=Q(status="used", used_at__isnull=False) | ~Q(status="used"),
            ),
            CheckConstraint(
                name="admission_used_after_issue",
                condition=Q(used_at__isnull=True) | Q(used_at__gte=F("issued_at") - MAX_CLOCK_DELAY),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
