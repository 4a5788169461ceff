"""Models of an event's places: subsections, their layouts, tickets, and the audit log of seats.

Python changes the status of seats only in events.inventory.seats.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from events.states import ChangeKind, SeatStatus, SubsectionKind

MAX_PRICE = 100_000_000  # minor units
NAME_LENGTH = 32  # characters, for a section or a tier


class Subsection(models.Model):
    """A block of seats, or a standing area: the unit of locking, versions and live updates.

    A grid has rows × cols seats. A drawn block has rows of different lengths; `cols` is that of the longest, and the
    names of its seats are in its Layout. A standing area has one row of `total` places, which nobody chooses one by
    one. In a drawn block with several categories, `tier` is that of most seats, and `price` is the lowest.

    The trigger on tickets keeps `version`, the four counts and the seat status up to date; no other code writes them,
    except that one operation raises `version` for several changes at once (events.inventory.seats).
    """

    event = models.ForeignKey("events.Event", models.PROTECT, related_name="subsections", db_index=False)
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
    event = models.ForeignKey(
        "events.Event", models.PROTECT, db_constraint=False, db_index=False, related_name="layouts"
    )
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

    def whole_tables(self) -> list[tuple[int, int]]:
        """Return the first position and the number of seats of each table that is sold as a whole."""
        return list(zip(self.table_starts, self.table_sizes, strict=True))


class Ticket(models.Model):
    """One seat of one event.

    events/sql/ticket_table.sql creates the table, which is partitioned by a hash of the event, and its foreign key to
    (event, subsection).

    `position` is the seat's place in its subsection, in row order from the front left, counted from 0.
    """

    pk = models.CompositePrimaryKey("event_id", "subsection_id", "position")
    event = models.ForeignKey(
        "events.Event", models.PROTECT, db_constraint=False, db_index=False, related_name="tickets"
    )
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
    event = models.ForeignKey("events.Event", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
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
