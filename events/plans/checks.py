"""Check a plan that has been laid out: nothing is too far away, and no two seats are on one spot."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import hypot
from typing import NamedTuple

from events.plans.members import MAX_CM, Reading
from events.plans.plan import Block, Drawing, Point, place_name
from events.plans.specs import BlockSpec, DrawingSpec, Rows

MIN_DISTANCE = 10  # centimetres between the middles of two seats


class Seat(NamedTuple):
    """A seat of the plan: the index of its block, its name, its point, and where the document has it."""

    block: int
    name: str
    x: int
    y: int
    path: str


def check_block(reading: Reading, spec: BlockSpec, block: Block) -> None:
    """Report a block that lies more than 10 km away."""
    if _is_far(_points(block)) or _is_far(block.outline) or _is_far(table[2:4] for table in block.tables):
        reading.refuse(spec.path, "too_far", "A part of this lies more than 10 km from the origin.")


def check_drawing(reading: Reading, spec: DrawingSpec, drawing: Drawing) -> None:
    """Report a drawing that lies more than 10 km away."""
    if _is_far(drawing.points):
        reading.refuse(spec.path, "too_far", "A part of this lies more than 10 km from the origin.")


def check_distances(reading: Reading, specs: Sequence[BlockSpec], blocks: Sequence[Block]) -> None:
    """Report each seat that is too close to one before it; of two blocks that lie on each other, only the first.

    A seat that is too close isn't compared with later ones.
    """
    if not _may_be_close([point for block in blocks for point in _points(block)]):
        return
    cells: dict[Point, list[Seat]] = {}
    reported: set[tuple[int, int]] = set()
    for seat in _seats(specs, blocks):
        across, down = seat.x // MIN_DISTANCE, seat.y // MIN_DISTANCE
        around = product(range(across - 1, across + 2), range(down - 1, down + 2))
        close = (one for cell in around for one in cells.get(cell, ()))
        other = next((one for one in close if hypot(one.x - seat.x, one.y - seat.y) < MIN_DISTANCE), None)
        if other is None:
            cells.setdefault((across, down), []).append(seat)
        elif other.block == seat.block:
            names = f"{other.name} and {seat.name}"
            reading.refuse(seat.path, "too_close", f"The seats {names} are less than {MIN_DISTANCE} cm apart.")
        elif (other.block, seat.block) not in reported:
            reported.add((other.block, seat.block))
            detail = f"Seat {seat.name} is less than {MIN_DISTANCE} cm from seat {other.name} of another block"
            reading.refuse(seat.path, "too_close", f"{detail}, which is at {other.path}.")


def _is_far(points: Iterable[Point]) -> bool:
    return any(not -MAX_CM <= x <= MAX_CM or not -MAX_CM <= y <= MAX_CM for x, y in points)


def _points(block: Block) -> list[Point]:
    return [place[1:3] for row in block.rows for place in row.places]


def _seats(specs: Sequence[BlockSpec], blocks: Sequence[Block]) -> Iterator[Seat]:
    for index, (spec, block) in enumerate(zip(specs, blocks, strict=True)):
        is_given = isinstance(spec.content, Rows)
        for line, row in enumerate(block.rows):
            for number, place in enumerate(row.places):
                path = f"{spec.path}.rows.{line}.seats.{number}" if is_given else spec.path
                yield Seat(index, place_name(row.label, place.label), place.x, place.y, path)


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
