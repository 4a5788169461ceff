"""Check-ins at the entrance, and the people who may check tickets there."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from bookings.states import CheckInKind
from bookings.tickets.models import Admission
from events.models import Event

MAX_CLOCK_LEAD = timedelta(minutes=1)  # a scan with a later time than its record by more than this is not believed


class CheckIn(models.Model):
    """One entry of the append-only check-in log: an accepted scan, an undo, or a conflicting scan.

    `admission`, `kind`, `device` and `scanned_at` identify an entry, so a scan that is reported twice is recorded once.
    If an earlier scan of the ticket is reported later, the scan accepted before gets a second entry of kind conflict.
    See `bookings.checkin.scans`.

    A time that can't be true is kept, because it identifies the scan, but doesn't count (`clock_ignored`). The database
    refuses to count it: a constraint if it is too late, a trigger (bookings/sql/check_in_times.sql) if it is too early.
    """

    # The database's foreign key is to (event, admission): bookings/sql/keys.sql.
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    admission = models.ForeignKey(Admission, models.PROTECT, db_constraint=False, related_name="check_ins")
    kind = models.CharField(max_length=8, choices=CheckInKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    device = models.CharField(max_length=100, blank=True, default="", db_default="")
    scanned_at = models.DateTimeField(help_text="By the scanner's clock, if it reported a time; else the database's.")
    recorded_at = models.DateTimeField()
    clock_ignored = models.BooleanField(
        default=False,
        db_default=False,
        help_text="The scanner's clock was wrong: the scan counts from `recorded_at`.",
    )

    class Meta:
        verbose_name = "check-in"
        ordering = ["recorded_at", "id"]
        constraints = [
            UniqueConstraint(
                fields=["admission", "kind", "device", "scanned_at", "event"], name="check_in_once_per_scan"
            ),
            CheckConstraint(name="check_in_kind_known", condition=Q(kind__in=CheckInKind.values)),
            CheckConstraint(
                name="check_in_counts_until_recorded",
                condition=Q(clock_ignored=True) | Q(scanned_at__lte=F("recorded_at") + MAX_CLOCK_LEAD),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.admission_id} {self.kind}"

    @property
    def counted_at(self) -> datetime:
        """The time by which scans are ordered: `scanned_at`, or `recorded_at` if that is earlier or `clock_ignored`.

        A scanner's clock may be ahead, but a scan can't be later than its record.
        """
        return self.recorded_at if self.clock_ignored else min(self.scanned_at, self.recorded_at)


class GateStaff(models.Model):
    """A person who may check in tickets of one event, named by email address, so that they may register later."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="gate_staff", db_index=False)
    email = models.EmailField()

    class Meta:
        verbose_name = verbose_name_plural = "gate staff of one event"
        constraints = [UniqueConstraint(fields=["event", "email"], name="gate_staff_once_per_event")]

    def __str__(self) -> str:
        return self.email


class SellerGateStaff(models.Model):
    """A person who may check in tickets of all present and future events of a seller, named by email address."""

    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="gate_staff", db_index=False)
    email = models.EmailField()

    class Meta:
        verbose_name = verbose_name_plural = "gate staff of all events"
        constraints = [UniqueConstraint(fields=["seller", "email"], name="gate_staff_once_per_seller")]

    def __str__(self) -> str:
        return self.email
