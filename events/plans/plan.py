"""A seating plan as it is laid out: every place with its labels, its point in the plan and its category.

The unit is the centimetre; x grows to the right and y downwards, as on a screen. Points are rounded to centimetres.
"""

from dataclasses import dataclass
from typing import NamedTuple

from events.states import PlaceKind, SubsectionKind

Point = tuple[int, int]


class Category(NamedTuple):
    """What seats of one price have in common, as "Category 1" or "Balcony". `colour` is "#rrggbb", or empty."""

    name: str
    colour: str


class Place(NamedTuple):
    """One seat. `category` is an index into the plan's categories; `note` is a text for buyers."""

    label: str
    x: int
    y: int
    category: int
    kind: PlaceKind = PlaceKind.SEAT
    note: str = ""
    ends_run: bool = False  # an aisle or a missing seat is beside it, on the right


class Row(NamedTuple):
    """A row from the left, or the seats around a table. Two side by side are neighbours unless the left `ends_run`."""

    label: str
    places: tuple[Place, ...]


class Table(NamedTuple):
    """The drawing of a table, whose seats are the row with index `row`. A table that is `whole` is sold as a whole."""

    row: int
    shape: str  # "round" or "rectangle"
    x: int
    y: int
    width: int
    height: int
    rotation: float  # degrees, clockwise
    whole: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A subsection: rows of seats, the front one first, or a standing area for `capacity` people.

    `number` counts the blocks of a section from 1. `outline` is the polygon of a standing area.
    """

    section: str
    number: int
    kind: SubsectionKind  # DRAWN or STANDING
    category: int  # of a standing area; of most places otherwise
    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()
    capacity: int = 0
    outline: tuple[Point, ...] = ()

    @property
    def size(self) -> int:
        """Number of places."""
        return self.capacity or sum(len(row.places) for row in self.rows)


class Drawing(NamedTuple):
    """Something that is only drawn, as a stage, a bar or a text. `points` is its polygon, empty for a text."""

    role: str  # "stage", "bar", "exit", "wall", "text" or "other"
    text: str
    x: int
    y: int
    size: int  # height of the text
    rotation: float  # of the text, in degrees, clockwise
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A valid seating plan."""

    name: str
    categories: tuple[Category, ...]
    blocks: tuple[Block, ...]
    drawings: tuple[Drawing, ...]
    focal_point: Point | None

    @property
    def size(self) -> int:
        """Number of places: seats, and places in standing areas."""
        return sum(block.size for block in self.blocks)


def place_name(row: str, seat: str) -> str:
    """Return the name of a seat, as "C-12". A seat's label has no hyphen, so `labels_of` is the inverse."""
    return f"{row}-{seat}"


def labels_of(name: str) -> tuple[str, str]:
    """Return the labels of row and seat from a seat's name."""
    row, _, seat = name.rpartition("-")
    return row, seat
