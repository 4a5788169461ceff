"""Models of events, and of requests for large ones."""

import hashlib
import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q

from core.text.lines import check_line, check_paragraphs
from core.text.visible import check_visible
from events.picture_models import EventPicture as EventPicture  # so that Django knows this model, too
from events.plan_models import PlanVersion, geometry_address
from events.schedule import default_length
from events.seat_models import Layout as Layout
from events.seat_models import SeatChange as SeatChange
from events.seat_models import Subsection as Subsection
from events.seat_models import Ticket as Ticket
from events.states import CreationStatus, EventStatus
from events.venue_models import ZONE_LENGTH, Venue
from events.wall_clocks import WallClockField
from events.zones import check_zone

MAX_SECONDS = 86_400  # for a hold, a payment window or a queue pass
DEFAULT_CURRENCY = "USD"
MAX_PER_MINUTE = 100_000  # buyers admitted by a waiting room
MAX_ACTIVE = 100_000  # active queue passes of one event


def default_hold_seconds() -> int:
    """Return the setting HOLD_SECONDS, the default of a new event's `hold_seconds`."""
    return int(settings.HOLD_SECONDS)


def default_payment_seconds() -> int:
    """Return the setting PAYMENT_SECONDS, the default of a new event's `payment_seconds`."""
    return int(settings.PAYMENT_SECONDS)


def default_max_active_holds() -> int:
    """Return the setting MAX_ACTIVE_HOLDS, the default of a new event's `max_active_holds`."""
    return int(settings.MAX_ACTIVE_HOLDS)


def new_seed() -> str:
    """Return a seed for the queue lottery, 256 random bits in hex. Nobody can predict the lottery without it."""
    return secrets.token_hex(32)


def _wall_clock() -> WallClockField:
    return WallClockField(null=True, editable=False)


def _seconds(**options: object) -> "models.PositiveIntegerField[Any, Any]":
    return models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_SECONDS)],
        **options,  # type: ignore[arg-type]
    )


class Event(models.Model):
    """One show in one place, with all its seats. Money is in minor units of `currency`.

    Times are instants; those of the seller have a twin that ends in `_local`, a time without a zone.
    """

    name = models.CharField(max_length=200, validators=[check_visible, check_line])
    description = models.TextField(max_length=10_000, validators=[check_paragraphs])
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="events")
    venue_name = models.CharField(max_length=200, validators=[check_visible, check_line])
    time_zone = models.CharField(
        max_length=ZONE_LENGTH,
        default="UTC",
        db_default="UTC",
        validators=[check_zone],
        help_text="Of the clock at the venue, as in Europe/Berlin.",
    )
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="events")
    is_active = models.BooleanField(
        default=True, help_text="Inactive events are not listed, and nobody can hold or pay for seats."
    )
    status = models.CharField(max_length=16, choices=EventStatus.choices, default=EventStatus.AVAILABLE)
    currency = models.CharField(max_length=3, default=DEFAULT_CURRENCY, help_text="ISO 4217")
    # Either the compact form or {"plan_version", "prices"}: see events/seating/.
    seating_config = models.JSONField()
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, null=True, editable=False, related_name="events")
    # That of the plan version, which never changes: lists and feeds show the address without reading the version.
    geometry_digest = models.CharField(
        max_length=64, default="", db_default="", editable=False, help_text="Empty without a plan."
    )

    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    sales_start_at = models.DateTimeField(null=True, blank=True)
    sales_end_at = models.DateTimeField(null=True, blank=True)
    late_entry_until = models.DateTimeField(
        null=True, blank=True, help_text="Seats are sold until then although the event has begun."
    )
    # What the clock at the venue shows at these times. `change_event` and `create_event` keep them.
    starts_at_local = _wall_clock()
    ends_at_local = _wall_clock()
    sales_start_at_local = _wall_clock()
    sales_end_at_local = _wall_clock()
    late_entry_until_local = _wall_clock()
    start_moved_at = models.DateTimeField(
        null=True, editable=False, help_text="When the start was last changed after the event was published."
    )

    hold_seconds = _seconds(default=default_hold_seconds, help_text="Time a buyer has to begin paying.")
    payment_seconds = _seconds(default=default_payment_seconds, help_text="Time to finish, once paying has begun.")
    max_tickets_per_booking = models.PositiveIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(1_000)]
    )
    max_active_holds = models.PositiveIntegerField(
        default=default_max_active_holds,
        validators=[MinValueValidator(1), MaxValueValidator(1_000)],
        help_text="Open holds one buyer may have, over all events.",
    )
    refund_until_hours = models.PositiveIntegerField(default=24, validators=[MaxValueValidator(8_760)])
    allow_single_gaps = models.BooleanField(default=True)
    release_companion_seats = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether companions' seats are sold without wheelchair places, to those who name them.",
    )

    waiting_room_on = models.BooleanField(
        "waiting room", default=False, help_text="Only buyers who have been let in from the queue can book seats."
    )
    admit_per_minute = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PER_MINUTE)],
        help_text="Buyers let in from the queue, spread evenly over the minute.",
    )
    max_active = models.PositiveIntegerField(
        "choosing at once",
        default=500,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_ACTIVE)],
        help_text="Buyers who have been let in and have neither paid nor run out of time.",
    )
    pass_seconds = _seconds(default=600, help_text="Time a buyer has from being let in to holding seats.")
    admission_paused = models.BooleanField(default=False, help_text="Nobody is let in from the queue.")
    # Decides the order of buyers who came before `sales_start_at`. Its hash is always public; the seed itself becomes
    # public with the lottery.
    shuffle_seed = models.CharField(max_length=64, default=new_seed, editable=False)
    drawn_at = models.DateTimeField(
        null=True, editable=False, help_text="When the buyers who came early were shuffled."
    )

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["status", "is_active", "starts_at"], name="event_on_offer"),
            models.Index(fields=["seller", "-created_at"], name="event_of_seller"),
            # Queried every second: the few events with a waiting room.
            models.Index(fields=["id"], name="event_with_waiting_room", condition=Q(waiting_room_on=True)),
        ]
        constraints = [
            CheckConstraint(name="event_status_known", condition=Q(status__in=EventStatus.values)),
            # Which codes new events may have is checked with core/money/currencies.py: codes leave the list, and
            # events stay.
            CheckConstraint(name="event_currency_is_code", condition=Q(currency__regex=r"^[A-Z]{3}$")),
            CheckConstraint(
                name="event_hold_seconds_in_range", condition=Q(hold_seconds__gte=1, hold_seconds__lte=MAX_SECONDS)
            ),
            CheckConstraint(
                name="event_payment_seconds_in_range",
                condition=Q(payment_seconds__gte=1, payment_seconds__lte=MAX_SECONDS),
            ),
            CheckConstraint(
                name="event_limits_positive", condition=Q(max_tickets_per_booking__gte=1, max_active_holds__gte=1)
            ),
            CheckConstraint(
                name="event_waiting_room_in_range",
                condition=Q(
                    admit_per_minute__gte=1,
                    admit_per_minute__lte=MAX_PER_MINUTE,
                    max_active__gte=1,
                    max_active__lte=MAX_ACTIVE,
                    pass_seconds__gte=1,
                    pass_seconds__lte=MAX_SECONDS,
                ),
            ),
            CheckConstraint(
                name="event_geometry_is_of_its_plan",
                condition=Q(plan_version__isnull=True, geometry_digest="")
                | Q(plan_version__isnull=False) & ~Q(geometry_digest=""),
            ),
            CheckConstraint(
                name="event_late_entry_while_it_takes_place",
                condition=Q(late_entry_until__isnull=True)
                | Q(starts_at__isnull=False, late_entry_until__gt=F("starts_at"))
                & (Q(ends_at__isnull=True) | Q(late_entry_until__lte=F("ends_at"))),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def geometry(self) -> str | None:
        """The address of what maps draw; None without a seating plan."""
        return geometry_address(self.geometry_digest) if self.geometry_digest else None

    @property
    def getting_in(self) -> str:
        """How people with a wheelchair or other needs get into the venue; may be empty. Loads the venue."""
        return self.venue.accessibility if self.venue else ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the clock at the venue."""
        return ZoneInfo(self.time_zone)

    @property
    def over_at(self) -> datetime | None:
        """When the event is over: at its end or, if it has none, DEFAULT_EVENT_HOURS after its start.

        None if it has neither. In queries: `over_at` in events.schedule.
        """
        if self.ends_at is not None or self.starts_at is None:
            return self.ends_at
        return self.starts_at + default_length()

    @property
    def sales_close_at(self) -> datetime | None:
        """When sales end by the clock: at the start, at the end of late entry, or at `sales_end_at` if that is earlier.

        None if they don't. `bookings_hold` (bookings/sql/hold.sql) decides by the same rule.
        """
        latest = self.late_entry_until or self.starts_at or self.ends_at
        return min((moment for moment in (latest, self.sales_end_at) if moment is not None), default=None)

    @property
    def seed_hash(self) -> str:
        """SHA-256 of the seed (of its hex digits as text), in hex. It is public before the seed and proves it."""
        return hashlib.sha256(self.shuffle_seed.encode()).hexdigest()

    @property
    def shown_seed(self) -> str | None:
        """The seed of the lottery, once that has taken place; None before."""
        return self.shuffle_seed if self.drawn_at else None


class Creation(models.Model):
    """A request for a large event, which a worker creates. `event` is set once the event exists.

    `done`, the progress that people see, is updated outside of the transaction that creates the event.
    """

    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="creations")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    fields = models.JSONField(encoder=DjangoJSONEncoder, help_text="Columns of the event, and `draft`.")
    seating_config = models.JSONField()
    total = models.PositiveIntegerField(help_text="Seats.")
    done = models.PositiveIntegerField(default=0, help_text="Seats written so far.")
    status = models.CharField(max_length=8, choices=CreationStatus.choices, default=CreationStatus.WAITING)
    attempts = models.PositiveIntegerField(default=0, help_text="How many times a worker has started.")
    failure = models.TextField(blank=True, help_text="Why there will be no event, for the seller.")
    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="creation")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["created_at"], name="creation_open", condition=Q(status__in=["waiting", "running"])),
        ]
        constraints = [
            CheckConstraint(name="creation_status_known", condition=Q(status__in=CreationStatus.values)),
            CheckConstraint(
                name="creation_done_means_event",
                condition=Q(status="done", event__isnull=False) | (~Q(status="done") & Q(event__isnull=True)),
            ),
            CheckConstraint(name="creation_done_within_total", condition=Q(done__lte=F("total"))),
        ]

    def __str__(self) -> str:
        return str(self.fields.get("name", self.pk))
