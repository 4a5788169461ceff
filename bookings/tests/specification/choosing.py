"""Which seats, as the database chooses them: pure functions over the free positions of one block, ascending, and its
number of seats a row."""

from collections.abc import Iterable, Iterator, Sequence

from bookings.errors import WouldLeaveSingleSeat
from events.positions import seat_name


def best_seats(free: Sequence[int], *, quantity: int, cols: int, gaps_allowed: bool = True) -> list[int] | None:
    """The best `quantity` free seats: side by side in the first row from the front that has room for them, else the
    longest runs there are; None if there are fewer free seats than that.

    Where single gaps are not allowed, a choice that leaves none is preferred to one nearer the front.
    """
    if len(free) < quantity:
        return None
    if not gaps_allowed:
        tidy = first_without_gap(free, quantity=quantity, cols=cols)
        if tidy is not None:
            return tidy
    for run in runs(free, cols):
        if len(run) >= quantity:
            return run[:quantity]
    return _longest_runs(free, quantity, cols)


def check_single_gaps(free: Sequence[int], chosen: Sequence[int], *, cols: int) -> None:
    """Raises WouldLeaveSingleSeat if the choice leaves a new lone seat although another choice would not.

    A single gap is one free seat left between taken seats or between a taken seat and the end of the row.
    """
    lonely = single_gaps(free, chosen, cols=cols)
    if lonely and first_without_gap(free, quantity=len(chosen), cols=cols) is not None:
        raise WouldLeaveSingleSeat([seat_name(position, cols) for position in lonely])


def single_gaps(free: Iterable[int], chosen: Sequence[int], *, cols: int) -> list[int]:
    """Free seats beside the chosen ones that would be left alone; not those that are alone already."""
    left = set(free) - set(chosen)
    beside = {neighbour for position in chosen for neighbour in _neighbours(position, cols)}
    return sorted(seat for seat in beside & left if not any(n in left for n in _neighbours(seat, cols)))


def first_without_gap(free: Sequence[int], *, quantity: int, cols: int) -> list[int] | None:
    """The first `quantity` seats side by side, from the front left, that leave no single gap."""
    for run in runs(free, cols):
        for first in range(len(run) - quantity + 1):
            chosen = run[first : first + quantity]
            if not single_gaps(run, chosen, cols=cols):
                return chosen
    return None


def runs(free: Iterable[int], cols: int) -> Iterator[list[int]]:
    """Free seats side by side, row by row from the front left."""
    run: list[int] = []
    for position in free:
        if run and (position != run[-1] + 1 or position % cols == 0):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


def _longest_runs(free: Sequence[int], quantity: int, cols: int) -> list[int]:
    chosen: list[int] = []
    for run in sorted(runs(free, cols), key=len, reverse=True):  # stable: of equal ones the front left first
        chosen += run[: quantity - len(chosen)]
        if len(chosen) == quantity:
            break
    return sorted(chosen)


def _neighbours(position: int, cols: int) -> list[int]:
    seat = position % cols
    return [position + step for step in (-1, 1) if 0 <= seat + step < cols]
