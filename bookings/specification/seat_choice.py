"""Which seats a buyer gets: the rules in words, then as pure functions.

The same rules exist in two other places: holds choose seats with bookings/sql/seat_rules.sql, and the event's page
proposes seats with events/static/events/map/seats/best_seats.js. Tests compare all three (test_best_seats.py,
test_choosing.py and e2e/tests/test_seat_rules.py). A change of a rule changes all three.

**Best available.** Seats side by side in the first row from the front that has enough free ones; otherwise the seats
of the longest runs (a run is free seats side by side).

**Accessible seats.** A section may mark wheelchair places. Only buyers who request them get them: other buyers never
get one as best available, even if nothing else is left. A buyer who requests `accessible` seats gets the first row from
the front that has all seats side by side with enough wheelchair places among them: in that row, the seats with the
fewest wheelchair places beyond the requested number, then the leftmost. If no row has them, the places come from one
row, if any has enough, and the companions' seats are as near to them as possible. Seats that are named one by one may
be wheelchair places.

**Single gaps.** A free seat left alone between taken seats, or between a taken seat and the end of its row. A
wheelchair place is not a gap, because it is kept for those who need it; nor is the seat beside a free wheelchair place,
which is for a companion. If an event doesn't allow gaps, the best available leave none if possible. Named seats that
leave one are refused if other seats of the subsection would leave none: as many seats, side by side, with as many
wheelchair places.

The functions take the free positions of one subsection in ascending order, its number of seats per row (`cols`), and
the positions of its wheelchair places (`accessible`). `places` is the number of wheelchair places requested.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from bookings.errors import WouldLeaveSingleSeat
from events.seating.positions import seat_name


def best_seats(
    free: Sequence[int],
    *,
    quantity: int,
    cols: int,
    accessible: Collection[int] = (),
    places: int = 0,
    gaps_allowed: bool = True,
) -> list[int] | None:
    """Return the best `quantity` free seats, or None if there are not enough.

    These are seats side by side in the first row from the front that has enough; otherwise the longest runs or,
    with `places`, wheelchair places and the seats near them. If single gaps are not allowed, seats that leave none are
    preferred to seats nearer the front.
    """
    seats = {"quantity": quantity, "cols": cols, "accessible": accessible, "places": places}
    if not gaps_allowed and (tidy := first_window(free, tidy=True, **seats)):  # type: ignore[arg-type]
        return tidy
    if window := first_window(free, **seats):  # type: ignore[arg-type]
        return window
    if places:
        return _near_each_other(free, quantity, cols, accessible, places)
    given = [position for position in free if position not in accessible]
    return _longest_runs(given, quantity, cols) if len(given) >= quantity else None


def check_single_gaps(
    free: Sequence[int], chosen: Sequence[int], *, cols: int, accessible: Collection[int] = ()
) -> None:
    """Raise WouldLeaveSingleSeat if the chosen seats leave a single gap and other seats would not.

    Other seats: as many, side by side, with at least as many wheelchair places, or with none if none was chosen.
    """
    alone = single_gaps(free, chosen, cols=cols, accessible=accessible)
    places = sum(position in accessible for position in chosen)
    if alone and first_window(free, quantity=len(chosen), cols=cols, accessible=accessible, places=places, tidy=True):
        raise WouldLeaveSingleSeat([seat_name(position, cols) for position in alone])


def single_gaps(
    free: Iterable[int], chosen: Sequence[int], *, cols: int, accessible: Collection[int] = ()
) -> list[int]:
    """Return the free seats beside the chosen ones that would be left alone, as positions in ascending order.

    Seats that are alone already don't count, nor do wheelchair places.
    """
    left = set(free) - set(chosen)
    beside = {neighbour for position in chosen for neighbour in _neighbours(position, cols)}
    alone = (seat for seat in beside & left if not any(n in left for n in _neighbours(seat, cols)))
    return sorted(seat for seat in alone if seat not in accessible)


def first_window(
    free: Sequence[int],
    *,
    quantity: int,
    cols: int,
    accessible: Collection[int] = (),
    places: int = 0,
    tidy: bool = False,
) -> list[int] | None:
    """Return the positions of `quantity` adjacent free seats as far in front and left as possible, or None.

    A row has `cols` seats. Without `places`, the choice has no wheelchair places (the positions in `accessible`); with
    it, at least `places` of them, and as few more as the row allows. With `tidy`, it leaves no single gap.
    """

    def rank(window: list[int]) -> tuple[int, int, int]:
        return window[0] // cols, sum(position in accessible for position in window), window[0]

    found = [
        window
        for window in windows(free, quantity, cols)
        if fits(window, accessible, places)
        and not (tidy and single_gaps(free, window, cols=cols, accessible=accessible))
    ]
    return min(found, key=rank) if found else None


def fits(chosen: Iterable[int], accessible: Collection[int], places: int) -> bool:
    """Return whether a buyer who requests `places` wheelchair places may get these seats as best available."""
    given = sum(position in accessible for position in chosen)
    return given >= places if places else given == 0


def windows(free: Iterable[int], quantity: int, cols: int) -> Iterator[list[int]]:
    """Yield all windows from the front left: the choices of `quantity` free seats side by side."""
    for run in runs(free, cols):
        for first in range(len(run) - quantity + 1):
            yield run[first : first + quantity]


def runs(free: Iterable[int], cols: int) -> Iterator[list[int]]:
    """Yield the runs of free seats side by side, row by row from the front left."""
    run: list[int] = []
    for position in free:
        if run and (position != run[-1] + 1 or position % cols == 0):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


def _longest_runs(free: Sequence[int], quantity: int, cols: int) -> list[int]:
    """Return `quantity` free seats, taken from the longest runs, in ascending order; there must be enough."""
    chosen: list[int] = []
    for run in sorted(
        runs(free, cols), key=len, reverse=True
    ):  # stable: of equally long runs, the one nearer the front left comes first
        chosen += run[: quantity - len(chosen)]
        if len(chosen) == quantity:
            break
    return sorted(chosen)


def _near_each_other(
    free: Sequence[int], quantity: int, cols: int, accessible: Collection[int], places: int
) -> list[int] | None:
    """Return `places` wheelchair places, of one row if any has enough, and the other seats as near to them as possible.

    Returns None if there are not enough free seats or wheelchair places.
    """
    if len(free) < quantity or sum(position in accessible for position in free) < places:
        return None

    def row_rank(position: int) -> tuple[bool, bool, int]:
        line = [other for other in free if other // cols == position // cols]
        enough = sum(other in accessible for other in line) >= places
        return not (enough and len(line) >= quantity), not enough, position

    given = sorted((position for position in free if position in accessible), key=row_rank)[:places]

    def distance(position: int) -> tuple[bool, int, int, int]:
        lines, seats = min((abs(position // cols - g // cols), abs(position % cols - g % cols)) for g in given)
        return position in accessible, lines, seats, position

    companions = sorted((position for position in free if position not in given), key=distance)
    return sorted(given + companions[: quantity - places])


def _neighbours(position: int, cols: int) -> list[int]:
    seat = position % cols
    return [position + step for step in (-1, 1) if 0 <= seat + step < cols]
