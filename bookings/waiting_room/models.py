"""State of the waiting room that must survive the loss of Redis: queue passes and lotteries."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, UniqueConstraint

from bookings.holds.models import Booking
from core.clock import Now
from events.models import Event


class QueuePassQuerySet(models.QuerySet["QueuePass"]):
    """A query set of queue passes, with a filter for active ones."""

    def active(self) -> "QueuePassQuerySet":
        """Return the passes that still allow booking: neither ended nor used for a purchase."""
        bought = Booking.objects.filter(
            buyer=OuterRef("user_id"), event=OuterRef("event_id"), paid_at__gte=OuterRef("issued_at")
        )
        return self.filter(~Exists(bought), ends_at__gt=Now())


class QueuePass(models.Model):
    """A user's permission to book seats of one event, until `ends_at` or their first purchase.

    Times are by the database's clock.
    """

    event = models.ForeignKey(Event, models.PROTECT, related_name="queue_passes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="queue_passes")
    issued_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects: ClassVar[QueuePassQuerySet] = QueuePassQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "queue passes"
        ordering = ["issued_at", "id"]
        indexes = [models.Index(fields=["event", "ends_at"], name="queue_pass_active")]
        constraints = [UniqueConstraint(fields=["event", "user", "issued_at"], name="queue_pass_once")]

    def __str__(self) -> str:
        return f"{self.event_id}/{self.user_id} until {self.ends_at:%H:%M:%S}"


class QueueLottery(models.Model):
    """The users who joined the queue before the start of sales, in the order of the event's seed."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="queue_lottery")
    user_ids = ArrayField(models.BigIntegerField())
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.event_id}: {len(self.user_ids)}"
