"""Which seats a buyer gets: the rules in words, then as pure functions.

The same rules exist in two other places: holds choose seats with bookings/sql/seat_rules.sql, and the event's page
proposes seats with events/static/events/map/seats/best_seats.js. Tests compare all three (test_best_seats.py,
test_choosing.py and e2e/tests/test_seat_rules.py). A change of a rule changes all three.

**Side by side.** Seats of one row with nothing between them: an aisle and a missing seat end a run of neighbours. The
seats around a table are a row.

**Best available.** Seats side by side. In a block without a focal point those in the first row from the front that has
enough free ones, the leftmost in that row. In a block with one those whose middle seat is nearest to the focal point;
the middle of an even number is the left one of the two. If no row has enough, the seats of the longest runs (a run is
free seats side by side; of equally long runs, the one nearer the front left comes first).

**Accessible seats.** A section may mark wheelchair places. Only buyers who request them get them: other buyers never
get one as best available, even if nothing else is left. A buyer who requests `accessible` seats gets the first row from
the front that has all seats side by side with enough wheelchair places among them: in that row, the seats with the
fewest wheelchair places beyond the requested number, then those with the most companions' seats, then the leftmost. In
a block with a focal point, the row doesn't count, and the nearest middle seat takes the place of the leftmost. If no
row has them, the places come from one row, if any has enough, and the other seats are as near to them as possible.
Seats that are named one by one may be wheelchair places.

**Companions' seats.** A seat that is marked for companions is sold only together with wheelchair places. Wheelchair
places and companions' seats side by side are a group. Each wheelchair place of a choice brings one companion's seat of
its group with it, or more, if the group has several for each of its places; and all places of a group bring all its
companions' seats. Companions' seats without a wheelchair place in their group form a group with all wheelchair places
of the block. Companions' seats that no place brings are unclaimed: named seats are refused with them unless the event
has released its companions' seats, and the best available never have them. At a table that is sold as a whole, seats
are in no group. All this follows from the plan alone, whatever is sold.

**Restricted view.** The best available are chosen as if the free seats with a restricted view were not on offer. Only
if that gives nothing, they are seats like others.

**Whole tables.** A table that is sold as a whole is never sold in part. The best available include its seats only if
they are all of its seats and no others: if as many seats are requested as it has. It is then a choice of seats side by
side like any other. Where seats aren't side by side, none of them is at such a table.

**Single gaps.** A free seat left alone between taken seats, or between a taken seat and the end of its run. A
wheelchair place or a companion's seat is not a gap, because it is kept for those who need it; nor is the seat beside a
free one of them. If an event doesn't allow gaps, the best available leave none if possible: this comes before all
preferences for certain rows and seats, but after the restricted view. Named seats that leave one are refused if other
seats of the subsection would leave none: as many seats, side by side, with as many wheelchair places, as they could be
given as best available while none with a restricted view is on offer.

**Standing areas.** The best available are the first free places, and none of the other rules applies.

The functions take the free seats of one subsection in ascending order, its number of seats per row (`cols`), and
its wheelchair places (`accessible`). `places` is the number of wheelchair places requested. Of rows × cols seats, these
are positions. A drawn block is written into a grid of lines first, in which neighbours in a row are in neighbouring
cells (events.seat_models.Layout), and these are cells; so are its `companions`, `restricted`, whole `tables` as
(first seat, number of seats), and `closest`, all its seats from the one nearest to the focal point on.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

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
    companions: Collection[int] = (),
    restricted: Collection[int] = (),
    tables: Sequence[tuple[int, int]] = (),
    closest: Sequence[int] | None = None,
) -> list[int] | None:
    """Return the best `quantity` free seats, or None if there are not enough.

    These are seats side by side in the first row from the front that has enough, or nearest to the focal point;
    otherwise the longest runs or, with `places`, wheelchair places and the seats near them. If single gaps are not
    allowed, seats that leave none are preferred to seats nearer the front.
    """
    rules = {
        "quantity": quantity,
        "cols": cols,
        "accessible": accessible,
        "places": places,
        "companions": companions,
        "groups": groups_of(accessible, companions, cols=cols, tables=tables),
    }
    for kept in [restricted, ()] if restricted else [()]:
        offered = [seat for seat in _without_tables(free, tables, but=quantity) if seat not in kept]
        for tidy in [False] if gaps_allowed else [True, False]:
            if window := first_window(free, offered=offered, closest=closest, tidy=tidy, **rules):  # type: ignore[arg-type]
                return window
        if scattered := _scattered(_without_tables(offered, tables), **rules):  # type: ignore[arg-type]
            return scattered
    return None


def check_single_gaps(
    free: Sequence[int], chosen: Sequence[int], *, cols: int, accessible: Collection[int] = ()
) -> None:
    """Raise WouldLeaveSingleSeat if the chosen seats leave a single gap and other seats would not.

    Other seats: as many, side by side, with at least as many wheelchair places, or with none if none was chosen.
    """
    alone = avoidable_gaps(free, chosen, cols=cols, accessible=accessible)
    if alone:
        raise WouldLeaveSingleSeat([seat_name(position, cols) for position in alone])


def avoidable_gaps(
    free: Sequence[int],
    chosen: Sequence[int],
    *,
    cols: int,
    accessible: Collection[int] = (),
    companions: Collection[int] = (),
    restricted: Collection[int] = (),
    tables: Sequence[tuple[int, int]] = (),
) -> list[int]:
    """Return the single gaps that the chosen seats leave; an empty list if no other seats would leave none."""
    offered = [seat for seat in _without_tables(free, tables, but=len(chosen)) if seat not in restricted]
    alone = single_gaps(free, chosen, cols=cols, accessible=accessible, companions=companions)
    rules = {"quantity": len(chosen), "places": sum(seat in accessible for seat in chosen), "tidy": True}
    kinds = {
        "cols": cols,
        "accessible": accessible,
        "companions": companions,
        "groups": groups_of(accessible, companions, cols=cols, tables=tables),
    }
    return alone if alone and first_window(free, offered=offered, **rules, **kinds) else []  # type: ignore[arg-type]


def single_gaps(
    free: Iterable[int],
    chosen: Sequence[int],
    *,
    cols: int,
    accessible: Collection[int] = (),
    companions: Collection[int] = (),
) -> list[int]:
    """Return the free seats beside the chosen ones that would be left alone, as positions in ascending order.

    Seats that are alone already don't count, nor do wheelchair places and companions' seats.
    """
    left = set(free) - set(chosen)
    beside = {neighbour for position in chosen for neighbour in _neighbours(position, cols)}
    alone = (seat for seat in beside & left if not any(n in left for n in _neighbours(seat, cols)))
    return sorted(seat for seat in alone if seat not in accessible and seat not in companions)


def first_window(
    free: Sequence[int],
    *,
    quantity: int,
    cols: int,
    accessible: Collection[int] = (),
    places: int = 0,
    tidy: bool = False,
    offered: Sequence[int] | None = None,
    companions: Collection[int] = (),
    groups: Sequence["Group"] = (),
    closest: Sequence[int] | None = None,
) -> list[int] | None:
    """Return the best `quantity` adjacent seats of those `offered` (by default, of all free ones), or None.

    A row has `cols` seats. Without `places`, the choice has no wheelchair places (the positions in `accessible`); with
    it, at least `places` of them, and as few more as the row allows. With `tidy`, it leaves no single gap.
    """

    def rank(window: list[int]) -> tuple[int, int, int, int]:
        kept, company = (sum(seat in kind for seat in window) for kind in (accessible, companions))
        if closest is not None:
            return 0, kept, -company, closest.index(window[(quantity - 1) // 2])
        return window[0] // cols, kept, -company, window[0]

    found = [
        window
        for window in windows(free if offered is None else offered, quantity, cols)
        if fits(window, accessible, places, companions)
        and not unclaimed(window, groups)
        and not (tidy and single_gaps(free, window, cols=cols, accessible=accessible, companions=companions))
    ]
    return min(found, key=rank) if found else None


def fits(chosen: Iterable[int], accessible: Collection[int], places: int, companions: Collection[int] = ()) -> bool:
    """Return whether a buyer who requests `places` wheelchair places may get these seats as best available."""
    chosen = list(chosen)
    given = sum(position in accessible for position in chosen)
    return given >= places if places else given == 0 and not any(position in companions for position in chosen)


class Group(NamedTuple):
    """Wheelchair places, and the companions' seats that they bring with them."""

    wheelchairs: frozenset[int]
    companions: frozenset[int]

    def claim(self, chosen: Iterable[int]) -> int:
        """Return how many of its companions' seats the wheelchair places among the chosen seats bring with them."""
        given, places, seats = len(self.wheelchairs & {*chosen}), len(self.wheelchairs), len(self.companions)
        if given == 0:
            return 0
        return seats if given == places else given * max(1, seats // places)


def groups_of(
    accessible: Collection[int], companions: Collection[int], *, cols: int, tables: Sequence[tuple[int, int]] = ()
) -> list[Group]:
    """Return the groups of a block. The last one has the companions' seats without a wheelchair place beside them."""
    kept = _without_tables(sorted({*accessible, *companions}), tables)
    sides = [Group(frozenset(run) & {*accessible}, frozenset(run) & {*companions}) for run in runs(kept, cols)]
    apart = [seat for group in sides if not group.wheelchairs for seat in group.companions]
    all_wheelchairs = frozenset(kept) & {*accessible}
    return [*(group for group in sides if group.wheelchairs), Group(all_wheelchairs, frozenset(apart))]


def unclaimed(chosen: Collection[int], groups: Iterable[Group]) -> list[int]:
    """Return the companions' seats among the chosen seats that no wheelchair place among them brings, ascending.

    If a group has too many, these are its last ones.
    """
    beyond = [sorted(group.companions & {*chosen})[group.claim(chosen) :] for group in groups]
    return sorted(seat for seats in beyond for seat in seats)


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


def _without_tables(free: Sequence[int], tables: Sequence[tuple[int, int]], but: int = 0) -> list[int]:
    """Return the free seats without those of whole tables, except tables with `but` seats."""
    kept = {seat for first, size in tables if size != but for seat in range(first, first + size)}
    return [seat for seat in free if seat not in kept]


def _scattered(
    offered: Sequence[int],
    quantity: int,
    cols: int,
    accessible: Collection[int],
    places: int,
    companions: Collection[int],
    groups: Sequence[Group],
) -> list[int] | None:
    """Return the best seats that are not side by side, or None if there are not enough."""
    if places:
        return _near_each_other(offered, quantity, cols, accessible, places, groups)
    given = [seat for seat in offered if seat not in accessible and seat not in companions]
    return _longest_runs(given, quantity, cols) if len(given) >= quantity else None


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
    free: Sequence[int],
    quantity: int,
    cols: int,
    accessible: Collection[int],
    places: int,
    groups: Sequence[Group],
) -> list[int] | None:
    """Return `places` wheelchair places, of one row if any has enough, and the other seats as near to them as possible.

    Of companions' seats only those that these places bring with them. Returns None if there are not enough free seats
    or wheelchair places.
    """
    if sum(position in accessible for position in free) < places:
        return None

    def row_rank(position: int) -> tuple[bool, bool, int]:
        line = [other for other in free if other // cols == position // cols]
        enough = sum(other in accessible for other in line) >= places
        return not (enough and len(line) >= quantity), not enough, position

    given = sorted((position for position in free if position in accessible), key=row_rank)[:places]

    def distance(position: int) -> tuple[bool, int, int, int]:
        lines, seats = min((abs(position // cols - g // cols), abs(position % cols - g % cols)) for g in given)
        return position in accessible, lines, seats, position

    others = sorted((position for position in free if position not in given), key=distance)
    for group in groups:
        too_many = [position for position in others if position in group.companions][group.claim(given) :]
        others = [position for position in others if position not in too_many]
    return sorted(given + others[: quantity - places]) if len(others) >= quantity - places else None


def _neighbours(position: int, cols: int) -> list[int]:
    seat = position % cols
    return [position + step for step in (-1, 1) if 0 <= seat + step < cols]
