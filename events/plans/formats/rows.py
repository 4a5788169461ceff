"""Rows of seats whose points are known: their order from the left, their aisles, and the distance of neighbours."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol, TypeVar

AISLE = 1.6  # a gap this many times as wide as the distance of neighbours is an aisle, or a seat is missing there
ENOUGH = 3  # gaps in a row that tell the distance of its neighbours; a shorter row has that of the plan
LONGER = 1.05  # a way that is only this much longer than another one counts as equally long
PARTS = re.compile(r"\d+|\D+")


class Placed(Protocol):
    """Something at a point."""

    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...


Seat = TypeVar("Seat", bound=Placed)


def gaps(seats: Sequence[Placed]) -> list[float]:
    """Return the distance of each seat to the next one."""
    return [math.hypot(right.x - left.x, right.y - left.y) for left, right in pairwise(seats)]


def seat_distance(rows: Sequence[Sequence[Placed]]) -> float:
    """Return the usual distance of a seat to the nearest one; 0 if no row has two seats at different points.

    The nearest one is that of the two before and the two after it in its row: files of tables often number the seats
    across the table.
    """
    distances = [distance for row in rows for distance in _nearest(row) if distance > 0]
    return median(distances) if distances else 0


def _nearest(row: Sequence[Placed]) -> list[float]:
    if len(row) < 2:
        return []
    next_ones = gaps(row)
    after_next = [math.hypot(other.x - one.x, other.y - one.y) for one, other in zip(row, row[2:], strict=False)]
    far = math.inf
    return [
        min(four)
        for four in zip(
            [*next_ones, far],
            [far, *next_ones],
            [*after_next, far, far],
            [far, far, *after_next],
            strict=False,
        )
    ]


def aisles(row: Sequence[Placed], usual: float) -> list[bool]:
    """Return for each seat of the row whether an aisle is on its right. `usual` is the distance in the whole plan."""
    between = gaps(row)
    distance = median(between) if len(between) >= ENOUGH else usual
    return [gap > AISLE * distance > 0 for gap in between] + [False]


def from_the_left(segments: Sequence[Sequence[Seat]]) -> list[Seat]:
    """Return the seats of a row in their order from the left; of an upright one, from the top.

    `segments` are its parts as the file has them. Seats of a segment keep their order, or are turned round, unless the
    file jumps: then the order along the row's direction is the shorter way from seat to seat.
    """
    seats = [seat for segment in segments for seat in segment]
    across, down = _direction(seats)

    def along(seat: Placed) -> float:
        return seat.x * across + seat.y * down

    turned = [_turned(list(segment), along) for segment in segments]
    as_in_file = [seat for segment in sorted(turned, key=lambda part: _middle(part, along)) for seat in segment]
    by_direction = sorted(seats, key=along)
    return by_direction if sum(gaps(as_in_file)) > LONGER * sum(gaps(by_direction)) else as_in_file


def _direction(seats: Sequence[Placed]) -> tuple[float, float]:
    """Return the direction in which the points spread most, as a vector that points right, or else down."""
    x, y = _mean([seat.x for seat in seats]), _mean([seat.y for seat in seats])
    xx = sum((seat.x - x) ** 2 for seat in seats)
    yy = sum((seat.y - y) ** 2 for seat in seats)
    xy = sum((seat.x - x) * (seat.y - y) for seat in seats)
    angle = math.atan2(2 * xy, xx - yy) / 2
    across, down = math.cos(angle), math.sin(angle)
    upright = abs(across) < 0.01
    return (-across, -down) if (down < 0 if upright else across < 0) else (across, down)


def _turned(segment: list[Seat], along: "Along") -> list[Seat]:
    return segment[::-1] if along(segment[0]) > along(segment[-1]) else segment


def _middle(segment: Sequence[Placed], along: "Along") -> float:
    return _mean([along(seat) for seat in segment])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


class Along(Protocol):
    """Returns how far along a direction a seat is."""

    def __call__(self, seat: Placed, /) -> float: ...


def natural(label: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts labels as people do: 2 before 10, Z before AA, and numbers before letters."""
    return tuple(
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, len(part), part)
        for part in PARTS.findall(label)
    )
