"""Read the content of subsections: rows seat by seat, tables, and standing areas."""

from itertools import combinations, pairwise

from events.plans.counting import MAX_ROWS, MAX_SEATS, MAX_STANDING, MAX_TABLE_SEATS
from events.plans.labels import MAX_LABEL, NOT_IN_ROWS, NOT_IN_SEATS, NUMBERS, read_rule
from events.plans.members import Members, Point
from events.plans.single_seats import OWN, check_categories, read_own
from events.plans.specs import GivenRow, GivenSeat, Own, Rows, StandingSpec, Tables, TableSpec
from events.states import PlaceKind

TABLE_SIZE = 150.0  # width and height by default, in centimetres
SHAPES = ("round", "rectangle")
SOLD = ("seat", "whole")
ROW = frozenset({"label", "seats"})
SEAT = OWN | {"x", "y", "aisle_after"}
TABLE = frozenset({"label", "x", "y", "shape", "seats", "width", "height", "rotation", "sold", "seat_labels", "places"})
TABLE_PLACE = OWN | {"seat"}
STANDING = frozenset({"capacity", "outline"})


def read_rows(block: Members) -> Rows:
    """Return the `rows` of a subsection that are given seat by seat."""
    rows: list[GivenRow] = []
    for row in block.objects("rows", MAX_ROWS, ROW):
        label = row.name("label", MAX_LABEL, forbidden=NOT_IN_ROWS)
        rows.append(GivenRow(label, tuple(_seat(seat) for seat in row.objects("seats", MAX_SEATS, SEAT))))
        _check_duplicates(row, [seat.label for seat in rows[-1].seats])
    _check_duplicate_rows(block, "rows", [row.label for row in rows])
    check_categories(block, (seat.own for row in rows for seat in row.seats))
    return Rows(tuple(rows))


def _seat(seat: Members) -> GivenSeat:
    seat.require("label")
    own = read_own(seat)
    return GivenSeat(own.label or "", seat.shift("x"), seat.shift("y"), own, seat.flag("aisle_after"))


def _check_duplicates(row: Members, labels: list[str]) -> None:
    if len(set(labels)) == len(labels):
        return
    seen: set[str] = set()
    for index, label in enumerate(labels):
        if label and label in seen:
            row.refuse(f"seats.{index}.label", "duplicate", f"There are two seats {label} in this row.")
        seen.add(label)


def _check_duplicate_rows(block: Members, name: str, labels: list[str]) -> None:
    seen: set[str] = set()
    for index, label in enumerate(labels):
        if label and label in seen:
            block.refuse(f"{name}.{index}.label", "duplicate", f"There are two rows {label} in this block.")
        seen.add(label)


def read_tables(block: Members) -> Tables:
    """Return the `tables` of a subsection."""
    tables = [_table(table) for table in block.objects("tables", MAX_ROWS, TABLE)]
    _check_duplicate_rows(block, "tables", [table.label for table in tables])
    check_categories(block, (table.own.get(seat) for table in tables for seat in range(len(table.labels))))
    return Tables(tuple(tables))


def _table(table: Members) -> TableSpec:
    count = table.whole("seats", 1, MAX_TABLE_SEATS)
    width, height = table.length("width", TABLE_SIZE), table.length("height", TABLE_SIZE)
    shape = table.choice("shape", SHAPES, "round")
    own = _table_places(table, count)
    whole = table.choice("sold", SOLD, "seat") == "whole"
    if whole:
        _check_house(table, count, own)
    return TableSpec(
        label=table.name("label", MAX_LABEL, forbidden=NOT_IN_ROWS),
        x=table.shift("x"),
        y=table.shift("y"),
        shape=shape,
        width=width,
        height=width if shape == "round" else height,
        rotation=table.angle(),
        whole=whole,
        labels=tuple(_table_labels(table, count, own)),
        own=own,
    )


def _table_labels(table: Members, count: int, own: dict[int, Own]) -> list[str]:
    labels = read_rule(table, "seat_labels", count, NUMBERS, NOT_IN_SEATS).labels(count)
    for seat, place in own.items():
        labels[seat] = place.label or labels[seat]
    if len(own) == table.count("places"):  # otherwise one of them is refused already
        for index, seat in enumerate(own):
            if own[seat].label and labels.count(labels[seat]) > 1:
                detail = f"There are two seats {labels[seat]} at this table."
                table.refuse(f"places.{index}.label", "duplicate", detail)
    return labels


def _table_places(table: Members, count: int) -> dict[int, Own]:
    found: dict[int, Own] = {}
    for place in table.objects("places", count, TABLE_PLACE, optional=True):
        seat = place.whole("seat", 1, MAX_TABLE_SEATS)
        if seat > count:
            place.refuse("seat", "no_such_seat", f"There is no seat {seat:,} at this table.")
        elif seat - 1 in found:
            place.refuse("seat", "duplicate", f"Seat {seat:,} is given twice.")
        else:
            found[seat - 1] = read_own(place)
    return found


def _check_house(table: Members, count: int, own: dict[int, Own]) -> None:
    """Refuse a table that is sold as a whole if only some of its seats are the house's: nobody could ever buy it."""
    house = sum(place.kind == PlaceKind.HOUSE for place in own.values())
    if 0 < house < count:
        detail = "This table is sold as a whole, so either all of its seats are house seats or none of them."
        table.refuse("places", "some_house", detail)


def read_standing(block: Members) -> StandingSpec:
    """Return the `standing` area of a subsection."""
    block.require("category")
    standing = block.member("standing", STANDING)
    capacity = standing.whole("capacity", 1, MAX_STANDING)
    outline = standing.points("outline")
    if len(outline) >= 3 and area(outline) < 1:
        if crosses_itself(outline):
            detail = "The outline crosses itself. Give its points in their order around the area."
            standing.refuse("outline", "crosses_itself", detail)
        else:
            standing.refuse("outline", "no_area", "These points enclose no area.")
    return StandingSpec(capacity, tuple(outline))


def area(points: list[Point]) -> float:
    """Return the area of a polygon, in square centimetres."""
    around = pairwise([*points, points[0]])
    return abs(sum(one[0] * other[1] - other[0] * one[1] for one, other in around)) / 2


def crosses_itself(points: list[Point]) -> bool:
    """Return whether two sides of a polygon cross, other than at their ends."""
    sides = list(pairwise([*points, points[0]]))
    return any(_cross(one, other) for one, other in combinations(sides, 2))


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Return whether each of two sides has its ends on both sides of the other."""
    return all(_side(*a, b[0]) * _side(*a, b[1]) < 0 for a, b in ((one, other), (other, one)))


def _side(start: Point, end: Point, point: Point) -> float:
    """Return on which side of the line from `start` to `end` a point lies: above 0, below 0, or 0 on it."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
