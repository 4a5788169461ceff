"""Models of what is for sale: events, subsections, tickets, and the audit log of seats.

Python changes the status of seats only in events.inventory.seats.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from core.text.lines import check_line, check_paragraphs
from core.text.visible import check_visible
from events.picture_models import EventPicture as EventPicture  # so that Django knows this model, too
from events.plan_models import PlanVersion, geometry_address
from events.schedule import default_length
from events.states import ChangeKind, CreationStatus, EventStatus, SeatStatus, SubsectionKind
from events.venue_models import ZONE_LENGTH, Venue
from events.wall_clocks import WallClockField
from events.zones import check_zone

MAX_SECONDS = 86_400  # for a hold, a payment window or a queue pass
MAX_PRICE = 100_000_000  # minor units
DEFAULT_CURRENCY = "USD"
NAME_LENGTH = 32  # characters, for a section or a tier
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


class Subsection(models.Model):
    """A block of seats, or a standing area: the unit of locking, versions and live updates.

    A grid has rows × cols seats. A drawn block has rows of different lengths; `cols` is that of the longest, and the
    names of its seats are in its Layout. A standing area has one row of `total` places, which nobody chooses one by
    one. In a drawn block with several categories, `tier` is that of most seats, and `price` is the lowest.

    The trigger on tickets keeps `version`, the four counts and the seat status up to date; no other code writes them,
    except that one operation raises `version` for several changes at once (events.inventory.seats).
    """

    event = models.ForeignKey(Event, models.PROTECT, related_name="subsections", db_index=False)
    section = models.CharField(max_length=NAME_LENGTH)
    number = models.PositiveIntegerField(help_text="1 is the first block of its section.")
    kind = models.CharField(
        max_length=8, choices=SubsectionKind.choices, default=SubsectionKind.GRID, db_default=SubsectionKind.GRID
    )
    tier = models.CharField(max_length=NAME_LENGTH)
    price = models.PositiveIntegerField(help_text="Of one seat, in minor units.")
    rows = models.PositiveIntegerField()
    cols = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    available = models.PositiveIntegerField()
    reserved = models.PositiveIntegerField(default=0, db_default=0)
    sold = models.PositiveIntegerField(default=0, db_default=0)
    blocked = models.PositiveIntegerField(default=0, db_default=0)
    version = models.PositiveBigIntegerField(default=0, db_default=0)
    seat_status = models.TextField(editable=False, help_text="One letter (a r s b) per seat, in row order.")
    # A constraint (events/sql/keys.sql) refuses positions outside of the subsection.
    accessible = ArrayField(
        models.PositiveIntegerField(), default=list, editable=False, help_text="Positions of wheelchair places."
    )

    class Meta:
        ordering = ["id"]  # the order of the seating configuration
        constraints = [
            UniqueConstraint(fields=["event", "section", "number"], name="subsection_once_per_event"),
            CheckConstraint(name="subsection_kind_known", condition=Q(kind__in=SubsectionKind.values)),
            CheckConstraint(
                name="subsection_total_is_rows_times_cols",
                condition=Q(total=F("rows") * F("cols"))
                | Q(kind=SubsectionKind.DRAWN, total__gte=1, total__lte=F("rows") * F("cols")),
            ),
            CheckConstraint(name="subsection_standing_is_one_row", condition=~Q(kind="standing") | Q(rows=1)),
            CheckConstraint(
                name="subsection_counts_add_up",
                condition=Q(total=F("available") + F("reserved") + F("sold") + F("blocked")),
            ),
            CheckConstraint(name="subsection_price_in_range", condition=Q(price__lte=MAX_PRICE)),
            CheckConstraint(name="subsection_has_a_status_a_seat", condition=Exact(Length("seat_status"), F("total"))),
        ]

    def __str__(self) -> str:
        return f"{self.section}-{self.number}"


class Layout(models.Model):
    """The places of one drawn subsection, by position: their names, where they are in rows, and what they cost.

    events/sql/layout_table.sql creates the table with its keys and constraints. The lists have one item per position,
    except `tiers` and `tier_prices`, which belong together, and `closest`, which has all positions, the nearest to the
    plan's focal point first.

    `cells` places the seats in a grid of lines that are `width` cells long: neighbours in a row are in neighbouring
    cells of one line, and an aisle or a missing seat is a cell without a seat. Cells rise with the position. So the
    rules for which seats a buyer gets (bookings/sql/seat_rules.sql) are those of rows × cols seats.

    The `run_…` lists say the same once more, run by run, so that a hold can write the seat status into the grid at
    once. A run is a number of places in neighbouring cells that are of one kind, and of one table if that is sold as a
    whole.
    """

    pk = models.CompositePrimaryKey("event_id", "subsection_id")
    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False, db_index=False, related_name="layouts")
    subsection = models.ForeignKey(
        Subsection, models.PROTECT, db_constraint=False, db_index=False, related_name="layouts"
    )
    names = ArrayField(models.TextField(), help_text='"C-12": the labels of row and seat.')
    row_numbers = ArrayField(models.PositiveIntegerField(), help_text="1 is at the front.")
    seat_numbers = ArrayField(models.PositiveIntegerField(), help_text="1 is at the left of its row.")
    cells = ArrayField(models.PositiveIntegerField())
    width = models.PositiveIntegerField(help_text="Cells per line.")
    closest = ArrayField(models.PositiveIntegerField(), null=True)
    companions = ArrayField(models.PositiveIntegerField(), default=list, help_text="Positions of companions' seats.")
    restricted = ArrayField(models.PositiveIntegerField(), default=list, help_text="Positions with a restricted view.")
    notes = ArrayField(
        models.TextField(),
        null=True,
        help_text="What buyers are told of each place, may be empty; NULL if all are.",
    )
    run_starts = ArrayField(models.PositiveIntegerField(), help_text="Position of the first place of each run.")
    run_sizes = ArrayField(models.PositiveIntegerField(), help_text="Places of each run.")
    run_gaps = ArrayField(models.PositiveIntegerField(), help_text="Cells without a seat before each run.")
    run_letters = ArrayField(
        models.CharField(max_length=1), help_text="What its free seats are: a, k, c or v (seat_rules.sql)."
    )
    run_tables = ArrayField(
        models.PositiveIntegerField(null=True), help_text="Seats of the whole table that the run belongs to, or NULL."
    )
    # Tables that are sold as a whole: the first position of each, and its number of seats.
    table_starts = ArrayField(models.PositiveIntegerField(), default=list)
    table_sizes = ArrayField(models.PositiveIntegerField(), default=list)
    # NULL if all seats are of the subsection's tier and price; otherwise `tier_of` has an index into `tiers` per seat.
    tier_of = ArrayField(models.PositiveSmallIntegerField(), null=True)
    tiers = ArrayField(models.CharField(max_length=NAME_LENGTH), null=True)
    tier_prices = ArrayField(models.PositiveIntegerField(), null=True, help_text="In minor units.")

    class Meta:
        ordering = ["event_id", "subsection_id"]
        constraints = [
            CheckConstraint(
                name="layout_has_a_note_per_place",
                condition=Q(notes__isnull=True) | Q(notes__len=F("names__len")),
            ),
            CheckConstraint(
                name="layout_has_an_item_per_run",
                condition=Q(
                    run_starts__len__gte=1,
                    run_sizes__len=F("run_starts__len"),
                    run_gaps__len=F("run_starts__len"),
                    run_letters__len=F("run_starts__len"),
                    run_tables__len=F("run_starts__len"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subsection_id}: {len(self.names)} places"


class Ticket(models.Model):
    """One seat of one event.

    events/sql/ticket_table.sql creates the table, which is partitioned by a hash of the event, and its foreign key to
    (event, subsection).

    `position` is the seat's place in its subsection, in row order from the front left, counted from 0.
    """

    pk = models.CompositePrimaryKey("event_id", "subsection_id", "position")
    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False, db_index=False, related_name="tickets")
    subsection = models.ForeignKey(
        Subsection, models.PROTECT, db_constraint=False, db_index=False, related_name="tickets"
    )
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=SeatStatus.choices, db_default=SeatStatus.AVAILABLE)
    booking_id = models.UUIDField(null=True)

    class Meta:
        ordering = ["event_id", "subsection_id", "position"]
        constraints = [
            CheckConstraint(name="ticket_status_known", condition=Q(status__in=SeatStatus.values)),
            CheckConstraint(
                name="ticket_taken_means_booked",
                condition=Q(status__in=["reserved", "sold"], booking_id__isnull=False)
                | Q(status__in=["available", "blocked"], booking_id__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subsection_id}/{self.position}"


class SeatChange(models.Model):
    """The audit log of seats: one row for each committed change of a subsection, with the version that it created.

    The database only appends: it refuses UPDATE, DELETE and TRUNCATE, and computes `hash` itself
    (events/sql/seat_change_*.sql). So no row can be changed, removed or inserted without breaking the hash chain of its
    subsection.
    """

    # The database's foreign key is to (event, subsection): events/sql/keys.sql.
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    subsection = models.ForeignKey(
        Subsection, models.PROTECT, db_constraint=False, db_index=False, related_name="changes"
    )
    version = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=9, choices=ChangeKind.choices)
    booking_id = models.UUIDField(null=True)
    positions = ArrayField(models.PositiveIntegerField())
    at = models.DateTimeField(help_text="By the database's clock.")
    hash = models.BinaryField(help_text="Of this row and the one before it in the subsection's history.")

    class Meta:
        ordering = ["subsection_id", "version"]
        # Rows are inserted in the order of their time, so a BRIN index of a few kB finds the pages of the last hour,
        # and holds don't have to update it.
        indexes = [BrinIndex(fields=["at"], name="seat_change_at", pages_per_range=32, autosummarize=True)]
        constraints = [
            UniqueConstraint(fields=["subsection", "version", "event"], name="seat_change_once_per_version"),
            CheckConstraint(name="seat_change_hash_is_sha256", condition=Exact(Length("hash"), 32)),
        ]

    def __str__(self) -> str:
        return f"{self.subsection_id} v{self.version} {self.kind}"
