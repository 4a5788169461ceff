"""The names of the places of a subsection. Nothing else turns positions into names, or names into positions.

In a subsection of rows × cols seats the name "row-seat" follows from the position. In a drawn block it is in the
block's Layout. In a standing area, "1-17" tells one ticket from another; nobody chooses places there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.text.visible import composed
from events.models import Layout, Subsection
from events.plans.plan import labels_of
from events.seating.positions import checked_positions, place_of, position_of, seat_name
from events.states import SubsectionKind


class RowAndSeat(NamedTuple):
    """Where a place is: the numbers of row and seat, from 1, and what is written on them."""

    row: int
    seat: int
    row_label: str
    seat_label: str


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """The names of the places of one subsection.

    `drawn` has those of a drawn block by position; `row_numbers` and `seat_numbers` too. They are empty otherwise.
    """

    kind: str
    rows: int
    cols: int
    drawn: Sequence[str] = ()
    row_numbers: Sequence[int] = ()
    seat_numbers: Sequence[int] = ()

    def name(self, position: int) -> str:
        """Return the name of a place, as "C-12"."""
        return self.drawn[position] if self.drawn else seat_name(position, self.cols)

    def names(self, positions: Iterable[int]) -> list[str]:
        """Return the names of places, in the order of the positions."""
        return [self.name(position) for position in positions]

    def place(self, position: int) -> RowAndSeat:
        """Return the numbers and the labels of row and seat; the labels are empty in a standing area."""
        if self.drawn:
            numbers = self.row_numbers[position], self.seat_numbers[position]
            return RowAndSeat(*numbers, *labels_of(self.drawn[position]))
        row, seat = place_of(position, self.cols)
        return grid_place(row, seat, self.kind)

    def position(self, name: str) -> int | None:
        """Return the position of the place with this name; None if there is none."""
        if not self.drawn:
            return position_of(name, rows=self.rows, cols=self.cols)
        name = composed(name)
        return self.drawn.index(name) if name in self.drawn else None

    def positions(self, names: Sequence[str], *, field: str = "seat_positions") -> list[int]:
        """Return the positions of the places with these names, in the order given.

        Raises BadInput that names unknown and repeated places, as items of `field`.
        """
        if not self.drawn:
            found = [position_of(name, rows=self.rows, cols=self.cols) for name in names]
        else:
            by_name = {name: position for position, name in enumerate(self.drawn)}
            found = [by_name.get(composed(name)) for name in names]
        return checked_positions(names, found, field=field)


def names_of(subsection: Subsection) -> PlaceNames:
    """Return the names of the places of a subsection. Runs a query for a drawn block."""
    return names_in(subsection, layout_of(subsection))


def names_in(subsection: Subsection, layout: Layout | None) -> PlaceNames:
    """Return the names of the places of a subsection with this layout; None unless it is a drawn block."""
    lists = (layout.names, layout.row_numbers, layout.seat_numbers) if layout else ()
    return PlaceNames(subsection.kind, subsection.rows, subsection.cols, *lists)


def prices_in(subsection: Subsection, layout: Layout | None) -> list[int]:
    """Return the price of each place in minor units, in the order of the positions."""
    if layout is None or layout.tier_of is None:
        return [subsection.price] * subsection.total
    prices = layout.tier_prices or ()
    return [prices[tier] for tier in layout.tier_of]


def layout_of(subsection: Subsection) -> Layout | None:
    """Return the layout of a drawn block, and None for other subsections without a query."""
    if subsection.kind != SubsectionKind.DRAWN:
        return None
    return Layout.objects.get(event_id=subsection.event_id, subsection_id=subsection.pk)


def grid_place(row: int, seat: int, kind: str) -> RowAndSeat:
    """Return a place without labels of its own: row and seat, from 1, in a subsection of that kind."""
    labels = ("", "") if kind == SubsectionKind.STANDING else (str(row), str(seat))
    return RowAndSeat(row, seat, *labels)
