"""Check a plan that has been laid out: nothing is too far away, and no two seats of a block are on one spot."""

from collections.abc import Iterable
from itertools import product
from math import hypot

from events.plans.members import MAX_CM, Reading
from events.plans.plan import Block, Drawing, Place, Point, place_name
from events.plans.specs import BlockSpec, DrawingSpec

MIN_DISTANCE = 10  # centimetres between the middles of two seats


def check_block(reading: Reading, spec: BlockSpec, block: Block) -> None:
    """Report a block that lies more than 10 km away, and seats of it that lie on each other."""
    points = [place[1:3] for row in block.rows for place in row.places]
    if _is_far(points) or _is_far(block.outline) or _is_far(table[2:4] for table in block.tables):
        reading.refuse(spec.path, "too_far", "A part of this lies more than 10 km from the origin.")
    elif _may_be_close(points):
        _check_distances(reading, spec, block)


def check_drawing(reading: Reading, spec: DrawingSpec, drawing: Drawing) -> None:
    """Report a drawing that lies more than 10 km away."""
    if _is_far(drawing.points):
        reading.refuse(spec.path, "too_far", "A part of this lies more than 10 km from the origin.")


def _is_far(points: Iterable[Point]) -> bool:
    return any(not -MAX_CM <= x <= MAX_CM or not -MAX_CM <= y <= MAX_CM for x, y in points)


def _may_be_close(points: list[Point]) -> bool:
    """Return whether two of the points may be less than MIN_DISTANCE apart.

    Two such points share a cell of a grid of twice the distance, or of the same grid moved by half a cell to the right,
    down, or both. In most plans no two seats do, and nothing else needs to be compared.
    """
    cell = 2 * MIN_DISTANCE
    return any(
        len({((x + right) // cell, (y + down) // cell) for x, y in points}) < len(points)
        for right, down in product((0, MIN_DISTANCE), repeat=2)
    )


def _check_distances(reading: Reading, spec: BlockSpec, block: Block) -> None:
    """Report each seat that is too close to one before it. A seat that is reported isn't compared with later ones."""
    cells: dict[Point, list[tuple[str, Place]]] = {}
    for row in block.rows:
        for place in row.places:
            across, down = place.x // MIN_DISTANCE, place.y // MIN_DISTANCE
            around = product(range(across - 1, across + 2), range(down - 1, down + 2))
            close = (one for cell in around for one in cells.get(cell, ()))
            other = next((one for one in close if _distance(one[1], place) < MIN_DISTANCE), None)
            if other is None:
                cells.setdefault((across, down), []).append((row.label, place))
                continue
            names = f"{place_name(other[0], other[1].label)} and {place_name(row.label, place.label)}"
            reading.refuse(spec.path, "too_close", f"The seats {names} are less than {MIN_DISTANCE} cm apart.")


def _distance(one: Place, other: Place) -> float:
    return hypot(one.x - other.x, one.y - other.y)
