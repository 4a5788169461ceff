"""Converts between the name of a seat, "row-seat" (both from 1), and its `position` (from 0, in row order)."""

import re
from collections.abc import Sequence

from core.errors import BadInput, FieldProblem

SEAT = re.compile(r"([1-9][0-9]{0,6})-([1-9][0-9]{0,6})\Z", re.ASCII)
NAME_LENGTH = 41  # characters: two labels of at most 20, and the hyphen between them


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


def grid_numbers(names: list[str]) -> list[tuple[int, int]] | None:
    """Return row and seat (both from 1) of seats named "row-seat"; None if one of the names isn't two numbers."""
    numbers = [(int(match[1]), int(match[2])) for match in map(SEAT.match, names) if match is not None]
    return numbers if len(numbers) == len(names) else None


def check_names(names: Sequence[str], *, field: str = "seat_positions") -> None:
    """Check names without knowing the subsection. Raises BadInput for those that no seat can have, and repeated ones.

    Names contain a hyphen and have at most NAME_LENGTH characters. They are named as items of `field`.
    """
    first = {name: index for index, name in reversed([*enumerate(names)])}
    if len(first) < len(names) or not all("-" in name and len(name) <= NAME_LENGTH for name in names):
        possible = [first[name] if "-" in name and len(name) <= NAME_LENGTH else None for name in names]
        checked_positions(names, possible, field=field)


def positions_of(names: Sequence[str], *, rows: int, cols: int, field: str = "seat_positions") -> list[int]:
    """Return the positions of seats named "row-seat", in the order given, in a subsection of rows × cols seats.

    Raises BadInput that names unknown and repeated seats, as items of `field`.
    """
    return checked_positions(names, [position_of(name, rows=rows, cols=cols) for name in names], field=field)


def checked_positions(
    names: Sequence[str], positions: Sequence[int | None], *, field: str = "seat_positions"
) -> list[int]:
    """Return the positions, one for each name.

    Raises BadInput that names unknown places (None) and repeated ones, as items of `field`.
    """
    problems: list[FieldProblem] = []
    seen: set[int] = set()
    for index, (name, position) in enumerate(zip(names, positions, strict=True)):
        if position is None:
            problems.append(
                BadInput.problem(f"{field}.{index}", f"There is no seat {name[:NAME_LENGTH]!r} in this block.")
            )
        elif position in seen:
            problems.append(BadInput.problem(f"{field}.{index}", f"Seat {name} is named twice.", "duplicate"))
        else:
            seen.add(position)
    if problems:
        raise BadInput(problems)
    return [position for position in positions if position is not None]
