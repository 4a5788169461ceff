"""The places of a block by their position, for texts about seats that perhaps belong to no booking."""

from bookings.holds.places import Place, counted_place, named_place
from events.models import Layout, Subsection
from events.seating.positions import position_of
from events.states import SubsectionKind


class BlockPlaces:
    """The places of a block as they are called now. Runs one query for a drawn block, and none for others."""

    def __init__(self, subsection: Subsection) -> None:
        self._subsection = subsection
        self._layout: Layout | None = None
        if subsection.kind == SubsectionKind.DRAWN:
            layouts = Layout.objects.only("event_id", "subsection_id", "names", "row_numbers", "seat_numbers")
            self._layout = layouts.get(event_id=subsection.event_id, subsection_id=subsection.pk)

    def __getitem__(self, position: int) -> Place:
        """Return the place at a position, which must be below the block's `total`."""
        layout = self._layout
        if layout is None:
            return counted_place(self._subsection, position)
        return named_place(layout.names[position], layout.row_numbers[position], layout.seat_numbers[position])

    def position_of(self, name: str) -> int | None:
        """Return the position of the place with this name; None if there is none."""
        if self._layout is None:
            return position_of(name, rows=self._subsection.rows, cols=self._subsection.cols)
        return self._layout.names.index(name) if name in self._layout.names else None
