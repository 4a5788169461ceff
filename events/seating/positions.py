"""Converts between the name of a seat, "row-seat" (both from 1), and its `position` (from 0, in row order)."""

import re

from core.errors import BadInput, FieldProblem
from events.models import Subsection

SEAT = re.compile(r"([1-9][0-9]{0,6})-([1-9][0-9]{0,6})\Z", re.ASCII)
NO_LIMIT = 10**7  # rows, or seats per row: more than SEAT can name


def position_of(seat: str, *, rows: int, cols: int) -> int | None:
    """Return the position of the seat named "row-seat" in a subsection; None if it has no such seat."""
    match = SEAT.match(seat)
    if match is None:
        return None
    row, number = int(match[1]), int(match[2])
    return (row - 1) * cols + number - 1 if row <= rows and number <= cols else None


def seat_name(position: int, cols: int) -> str:
    """Return the name "row-seat" of a position in a subsection with `cols` seats per row."""
    row, seat = place_of(position, cols)
    return f"{row}-{seat}"


def place_of(position: int, cols: int) -> tuple[int, int]:
    """Return row and seat (both from 1) of a position in a subsection with `cols` seats per row."""
    row, seat = divmod(position, cols)
    return row + 1, seat + 1


def places_of(seats: list[str], *, field: str = "seat_positions") -> list[tuple[int, int]]:
    """Return row and seat (both from 1) of seats named "row-seat", in the order given, without knowing the subsection.

    Raises BadInput that names malformed and repeated seats, as items of `field`.
    """
    places = [(int(match[1]), int(match[2])) for match in map(SEAT.match, seats) if match is not None]
    if len(set(places)) < len(seats):
        positions_of(seats, rows=NO_LIMIT, cols=NO_LIMIT, field=field)
    return places


def positions_of(seats: list[str], *, rows: int, cols: int, field: str = "seat_positions") -> list[int]:
    """Return the positions of seats named "row-seat", in the order given, in a subsection of rows × cols seats.

    Raises BadInput that names unknown and repeated seats, as items of `field`.
    """
    positions = [position_of(seat, rows=rows, cols=cols) for seat in seats]
    problems: list[FieldProblem] = []
    seen: set[int] = set()
    for index, (seat, position) in enumerate(zip(seats, positions, strict=True)):
        if position is None:
            problems.append(_problem(f"{field}.{index}", "invalid", f"There is no seat {seat[:20]!r} in this block."))
        elif position in seen:
            problems.append(_problem(f"{field}.{index}", "duplicate", f"Seat {seat} is named twice."))
        else:
            seen.add(position)
    if problems:
        raise BadInput(problems)
    return [position for position in positions if position is not None]


def _problem(field: str, code: str, detail: str) -> FieldProblem:
    return {"field": field, "code": code, "detail": detail}


def seat_names(subsection: Subsection, positions: list[int]) -> list[str]:
    """Return the names "row-seat" of positions in a subsection."""
    return [seat_name(position, subsection.cols) for position in positions]
