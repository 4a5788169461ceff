"""Read the grid of a subsection: rows by rule."""

from collections.abc import Iterator
from math import pi

from events.plans.counting import MAX_ROWS, MAX_SEATS
from events.plans.labels import LETTERS, NOT_IN_ROWS, NOT_IN_SEATS, NUMBERS, read_rule
from events.plans.members import Members, is_whole
from events.plans.single_seats import OWN, check_categories, read_own
from events.plans.specs import Grid, Own

ROW_SPACING, SEAT_SPACING, AISLE_WIDTH = 90.0, 50.0, 100.0  # defaults, in centimetres
ALIGN = ("center", "left", "right")
GRID = frozenset(
    {
        *("rows", "seats", "row_spacing", "seat_spacing", "align", "radius", "aisles", "aisle_width", "skew"),
        "straight_aisles",
        *("row_labels", "seat_labels", "missing", "places"),
    }
)
PLACE = OWN | {"row", "seat"}


def read_grid(block: Members) -> Grid:
    """Return the `grid` of a subsection."""
    grid = block.member("grid", GRID)
    counts = _counts(grid)
    total, longest = sum(counts), max(counts)
    missing = frozenset(_missing(grid, counts, total))
    for row in range(len(counts)):
        if len(missing) >= counts[row] and all((row, seat) in missing for seat in range(counts[row])):
            grid.refuse("missing", "missing_row", f"All seats of row {row + 1:,} are missing; leave the row out.")
    result = Grid(
        counts=counts,
        row_spacing=grid.length("row_spacing", ROW_SPACING),
        seat_spacing=grid.length("seat_spacing", SEAT_SPACING),
        align=grid.choice("align", ALIGN, "center"),
        radius=grid.length("radius", 0) or None,
        aisles=_aisles(grid),
        straight_aisles=grid.flag("straight_aisles"),
        aisle_width=grid.length("aisle_width", AISLE_WIDTH, least=0),
        skew=grid.shift("skew", 0),
        row_labels=read_rule(grid, "row_labels", len(counts), LETTERS, NOT_IN_ROWS),
        seat_labels=read_rule(grid, "seat_labels", longest, NUMBERS, NOT_IN_SEATS),
        missing=missing,
        own=_grid_places(grid, counts, missing, total),
    )
    _check_labels(grid, result)
    _check_circle(grid, result)
    check_categories(block, (result.own.get(seat) for seat in _seats(counts) if seat not in missing))
    return result


def _counts(grid: Members) -> tuple[int, ...]:
    rows = grid.whole("rows", 1, MAX_ROWS)
    if not isinstance(grid.data.get("seats"), list):
        return (grid.whole("seats", 1, MAX_SEATS),) * rows
    counts = grid.items("seats", 1, MAX_ROWS)
    if len(counts) != rows:
        grid.refuse("seats", "wrong_count", f"There are {rows:,} rows, and this has numbers for {len(counts):,}.")
    for index, count in enumerate(counts):
        if not is_whole(count, 1, MAX_SEATS):
            grid.refuse(f"seats.{index}", "invalid", f"This must be a whole number from 1 to {MAX_SEATS:,}.")
    return tuple(count if is_whole(count, 1, MAX_SEATS) else 1 for count in counts) or (1,)


def _seats(counts: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    return ((row, seat) for row, count in enumerate(counts) for seat in range(count))


def _missing(grid: Members, counts: tuple[int, ...], total: int) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for index, pair in enumerate(grid.items("missing", 0, total, optional=True)):
        path = f"missing.{index}"
        if not isinstance(pair, list) or len(pair) != 2 or not all(is_whole(one, 1, MAX_SEATS) for one in pair):
            grid.refuse(path, "invalid", "This must be a list of two whole numbers: the row and the seat, from 1.")
            continue
        seat = pair[0] - 1, pair[1] - 1
        if not _exists(seat, counts):
            grid.refuse(path, "no_such_seat", f"There is no seat {pair[1]:,} in row {pair[0]:,}.")
        elif seat in found:
            grid.refuse(path, "duplicate", f"Seat {pair[1]:,} of row {pair[0]:,} is named twice.")
        found.add(seat)
    return found


def _exists(seat: tuple[int, int], counts: tuple[int, ...]) -> bool:
    return seat[0] < len(counts) and seat[1] < counts[seat[0]]


def _aisles(grid: Members) -> tuple[int, ...]:
    found: set[int] = set()
    for index, seat in enumerate(grid.items("aisles", 0, MAX_SEATS, optional=True)):
        if not is_whole(seat, 1, MAX_SEATS):
            grid.refuse(f"aisles.{index}", "invalid", f"This must be a whole number from 1 to {MAX_SEATS:,}.")
        elif seat in found:
            grid.refuse(f"aisles.{index}", "duplicate", f"The aisle after seat {seat:,} is named twice.")
        else:
            found.add(seat)
    return tuple(sorted(found))


def _grid_places(
    grid: Members, counts: tuple[int, ...], missing: frozenset[tuple[int, int]], total: int
) -> dict[tuple[int, int], Own]:
    found: dict[tuple[int, int], Own] = {}
    for place in grid.objects("places", total, PLACE, optional=True):
        row, number = place.whole("row", 1, MAX_ROWS), place.whole("seat", 1, MAX_SEATS)
        seat = row - 1, number - 1
        if not _exists(seat, counts):
            place.refuse("", "no_such_seat", f"There is no seat {number:,} in row {row:,}.")
        elif seat in missing:
            place.refuse("", "no_such_seat", f"Seat {number:,} of row {row:,} is missing.")
        elif seat in found:
            place.refuse("", "duplicate", f"Seat {number:,} of row {row:,} is given twice.")
        else:
            found[seat] = read_own(place)
    return found


def _check_labels(grid: Members, spec: Grid) -> None:
    """Refuse two seats of one row with the same label, which needs a label that was given to a single seat."""
    if len(spec.own) != grid.count("places"):
        return  # one of them is refused already, and their indices are not those of the document
    paths = {seat: f"places.{index}.label" for index, seat in enumerate(spec.own) if spec.own[seat].label is not None}
    for row in {row for row, _ in paths}:
        labels = spec.seat_labels.labels(spec.counts[row])
        seats = [seat for seat in range(spec.counts[row]) if (row, seat) not in spec.missing]
        taken = {labels[seat] for seat in seats if (row, seat) not in paths}
        for seat in seats:
            if (row, seat) not in paths:
                continue
            label = str(spec.own[row, seat].label)
            if label in taken:
                grid.refuse(paths[row, seat], "duplicate", f"There are two seats {label} in this row.")
            taken.add(label)


def _check_circle(grid: Members, spec: Grid) -> None:
    if spec.radius is None:
        return
    for row, count in enumerate(spec.counts):
        circle = 2 * pi * (spec.radius + row * spec.row_spacing)
        offsets = spec.offsets(count)
        if count > 1 and offsets[-1] - offsets[0] > circle - spec.seat_spacing / 2:
            grid.refuse("radius", "does_not_fit", f"Row {row + 1:,} is longer than its whole circle.")
            return
