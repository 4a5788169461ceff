"""The seat rules for the places of one subsection, whatever its kind, in terms of positions."""

from collections.abc import Iterable, Sequence
from typing import Any

from bookings.specification.seat_choice import avoidable_gaps, best_seats, groups_of, unclaimed
from bookings.states import BookedKind
from events.models import Subsection
from events.seating.names import layout_of, prices_in
from events.states import SubsectionKind


class Places:
    """Calls the seat rules with the cells of a drawn block, or with the positions of rows × cols seats."""

    def __init__(self, subsection: Subsection) -> None:
        """Read the layout of a drawn block."""
        self.subsection, self.layout = subsection, layout_of(subsection)
        self.cells: Sequence[int] = self.layout.cells if self.layout else range(subsection.total)
        self.all_prices = prices_in(subsection, self.layout)

    def best(self, free: Sequence[int], *, quantity: int, places: int, gaps_allowed: bool) -> list[int] | None:
        """Return the best available, or None if there are not enough."""
        if self.subsection.kind == SubsectionKind.STANDING:
            return list(free[:quantity]) if places == 0 and len(free) >= quantity else None
        closest = self.layout.closest if self.layout else None
        chosen = best_seats(
            self._cells(free),
            quantity=quantity,
            places=places,
            gaps_allowed=gaps_allowed,
            closest=None if closest is None else self._cells(closest),
            **self._kinds(),
        )
        return None if chosen is None else self._positions(chosen)

    def avoidable_gaps(self, free: Sequence[int], chosen: Sequence[int]) -> list[int]:
        """Return the single gaps that the chosen places leave, if others would leave none."""
        return self._positions(avoidable_gaps(self._cells(free), self._cells(chosen), **self._kinds()))

    def unclaimed(self, chosen: Sequence[int]) -> list[int]:
        """Return the companions' seats among the chosen places that no wheelchair place among them brings."""
        if self.layout is None:
            return []
        kinds = {name: kind for name, kind in self._kinds().items() if name != "restricted"}
        return self._positions(unclaimed(self._cells(chosen), groups_of(**kinds)))

    def missing_at_tables(self, chosen: Sequence[int]) -> list[int]:
        """Return the other places of tables that are sold as a whole and of which some places are chosen."""
        whole = [range(start, start + size) for start, size in self._tables()]
        return [place for table in whole if {*table} & {*chosen} for place in table if place not in chosen]

    def prices(self, chosen: Iterable[int]) -> list[int]:
        """Return what the places cost, in minor units."""
        return [self.all_prices[place] for place in chosen]

    def total(self, chosen: Iterable[int]) -> int:
        """Return what the places cost together."""
        return sum(self.prices(chosen))

    def lists(self, chosen: Sequence[int]) -> dict[str, list[Any] | None]:
        """Return the columns with which a booking keeps its places."""
        if self.layout is None:
            return self._remarks(chosen)
        prices = self.prices(chosen)
        return {
            **self._remarks(chosen),
            "seat_names": [self.layout.names[place] for place in chosen],
            "row_numbers": [self.layout.row_numbers[place] for place in chosen],
            "seat_numbers": [self.layout.seat_numbers[place] for place in chosen],
            "seat_prices": prices if len(set(prices)) > 1 else None,
        }

    def _remarks(self, chosen: Sequence[int]) -> dict[str, list[Any] | None]:
        """Return the columns with which a booking keeps what is special about its places; None instead of nothing."""
        kinds, notes = [self._kind(place).value for place in chosen], self.layout.notes if self.layout else None
        kept = [notes[place] for place in chosen] if notes else []
        return {
            "seat_kinds": kinds if {*kinds} != {BookedKind.SEAT.value} else None,
            "seat_notes": kept if any(kept) else None,
        }

    def _kind(self, place: int) -> BookedKind:
        if place in self.subsection.accessible:
            return BookedKind.WHEELCHAIR
        if self.layout and place in self.layout.companions:
            return BookedKind.COMPANION
        return BookedKind.RESTRICTED if self.layout and place in self.layout.restricted else BookedKind.SEAT

    def _kinds(self) -> dict[str, Any]:
        accessible = self._cells(self.subsection.accessible)
        if self.layout is None:
            return {"cols": self.subsection.cols, "accessible": accessible}
        return {
            "cols": self.layout.width,
            "accessible": accessible,
            "companions": self._cells(self.layout.companions),
            "restricted": self._cells(self.layout.restricted),
            "tables": [(self.cells[start], size) for start, size in self._tables()],
        }

    def _tables(self) -> list[tuple[int, int]]:
        return self.layout.whole_tables() if self.layout else []

    def _cells(self, places: Iterable[int]) -> list[int]:
        return [self.cells[place] for place in places]

    def _positions(self, cells: Iterable[int]) -> list[int]:
        return [self.cells.index(cell) for cell in cells]
