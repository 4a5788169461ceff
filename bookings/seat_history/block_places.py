"""The places of a block by their position, for texts about seats that perhaps belong to no booking."""

from bookings.holds.places import Place
from events.models import Subsection
from events.seating.names import names_of


class BlockPlaces:
    """The places of a block as they are called now. Runs one query for a drawn block, and none for others."""

    def __init__(self, subsection: Subsection) -> None:
        self._names = names_of(subsection)

    def __getitem__(self, position: int) -> Place:
        """Return the place at a position, which must be below the block's `total`."""
        return Place(self._names.kind, self._names.name(position), *self._names.place(position))

    def position_of(self, name: str) -> int | None:
        """Return the position of the place with this name; None if there is none."""
        return self._names.position(name)
