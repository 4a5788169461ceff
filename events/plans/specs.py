"""What a valid document says, before it is laid out. Lengths and points are in centimetres."""

from dataclasses import dataclass
from typing import NamedTuple

from events.plans.aisles import divided, lined_up
from events.plans.labels import LabelRule
from events.states import PlaceKind


class Own(NamedTuple):
    """What a single seat has of its own. `label` and `category` are None if it has those of its row and block."""

    label: str | None = None
    category: int | None = None
    kind: PlaceKind = PlaceKind.SEAT
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows by rule. `counts` has the number of seats per row. Rows and seats are counted from 0 here."""

    counts: tuple[int, ...]
    row_spacing: float
    seat_spacing: float
    align: str
    radius: float | None
    aisles: tuple[int, ...]  # numbers of seats, ascending; an aisle lies after each of them
    straight_aisles: (
        bool  # the numbers are those of the longest row, and the others are divided in the same proportions
    )
    aisle_width: float
    skew: float
    row_labels: LabelRule
    seat_labels: LabelRule
    missing: frozenset[tuple[int, int]]
    own: dict[tuple[int, int], Own]

    def aisles_in(self, count: int) -> tuple[int, ...]:
        """Return after which of its seats, counted from 1, a row of `count` seats has aisles."""
        if self.straight_aisles:
            return tuple(divided(self.aisles, max(self.counts), count))
        return tuple(seat for seat in self.aisles if seat < count)

    def width(self, count: int) -> float:
        """Return how long a row of `count` seats is, from the middle of its first seat to that of its last one."""
        return (count - 1) * self.seat_spacing + len(self.aisles_in(count)) * self.aisle_width

    def offsets(self, count: int) -> list[float]:
        """Return how far each of `count` seats lies from where its row begins, along the row.

        With straight aisles, the first and the last seat may lie up to half a seat beside the row's ends.
        """
        if self.straight_aisles:
            places = divided(self.aisles, max(self.counts), count)
            return lined_up(places, count, self.seat_spacing, self.aisle_width)
        offsets, aisles = [], 0
        for seat in range(count):
            if seat in self.aisles:
                aisles += 1
            offsets.append(seat * self.seat_spacing + aisles * self.aisle_width)
        return offsets


class GivenSeat(NamedTuple):
    """A seat of a row that is given seat by seat. `x` and `y` are relative to the origin of its block."""

    label: str
    x: float
    y: float
    own: Own
    aisle_after: bool


class GivenRow(NamedTuple):
    """A row that is given seat by seat."""

    label: str
    seats: tuple[GivenSeat, ...]


class Rows(NamedTuple):
    """Rows that are given seat by seat, the front one first."""

    rows: tuple[GivenRow, ...]


class TableSpec(NamedTuple):
    """A table with `labels` of the seats around it, clockwise from the top. `own` is by index."""

    label: str
    x: float
    y: float
    shape: str
    width: float
    height: float
    rotation: float
    whole: bool
    labels: tuple[str, ...]
    own: dict[int, Own]


class Tables(NamedTuple):
    """Tables with seats around them."""

    tables: tuple[TableSpec, ...]


class StandingSpec(NamedTuple):
    """A standing area."""

    capacity: int
    outline: tuple[tuple[float, float], ...]


Content = Grid | Rows | Tables | StandingSpec


class BlockSpec(NamedTuple):
    """A subsection: its content lies at `x`, `y`, turned by `rotation` degrees. `path` is where the document has it."""

    section: str
    number: int
    category: int | None
    x: float
    y: float
    rotation: float
    content: Content
    path: str


class DrawingSpec(NamedTuple):
    """A shape or a text. Its points are relative to its middle and turn with it."""

    role: str
    text: str
    x: float
    y: float
    size: float
    rotation: float
    points: tuple[tuple[float, float], ...]
    path: str
