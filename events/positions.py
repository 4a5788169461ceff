"""How seats are named: "row-seat" to people and clients, `position` (0-based, row order) inside."""

import re

from ticketing.errors import BadInput, FieldProblem

SEAT = re.compile(r"([1-9][0-9]{0,6})-([1-9][0-9]{0,6})\Z", re.ASCII)
MOST = 10**7  # rows or seats a row: more than a name can say


def position_of(seat: str, *, rows: int, cols: int) -> int | None:
    """Position of the seat named "row-seat" (both from 1) in a block; None if the block has no such seat."""
    match = SEAT.match(seat)
    if match is None:
        return None
    row, number = int(match[1]), int(match[2])
    return (row - 1) * cols + number - 1 if row <= rows and number <= cols else None


def seat_name(position: int, cols: int) -> str:
    """The name "row-seat" of a position in a block with `cols` seats a row."""
    row, seat = place_of(position, cols)
    return f"{row}-{seat}"


def place_of(position: int, cols: int) -> tuple[int, int]:
    """Row and seat (both from 1) of a position in a block with `cols` seats a row."""
    row, seat = divmod(position, cols)
    return row + 1, seat + 1


def places_of(seats: list[str], *, field: str = "seat_positions") -> list[tuple[int, int]]:
    """Row and seat (both from 1) of seats named "row-seat", in the order given, in whatever block they are.

    Raises BadInput naming malformed and repeated ones.
    """
    places = [(int(match[1]), int(match[2])) for match in map(SEAT.match, seats) if match is not None]
    if len(set(places)) < len(seats):
        positions_of(seats, rows=MOST, cols=MOST, field=field)
    return places


def positions_of(seats: list[str], *, rows: int, cols: int, field: str = "seat_positions") -> list[int]:
    """Positions of seats named "row-seat", in the order given. Raises BadInput naming unknown and repeated ones."""
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
