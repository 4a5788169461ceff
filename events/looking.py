"""What viewers look at before they hold it: faint marks on the others' maps.

Passed on as it comes: never stored, never believed, and the first thing to be left out when there is much to tell.
"""

import secrets
from time import monotonic
from typing import Any, NamedTuple

from events.blocks import Block
from events.positions import positions_of
from realtime.frames import socket_frame
from ticketing.errors import BadInput

MAX_SEATS = 10
SECONDS_BETWEEN = 0.9  # of one viewer's marks that are passed on; a client that sends one a second loses none
MAX_TOLD_AT_ONCE = 50  # viewers whose marks go into one flush


class Mark(NamedTuple):
    """The seats of one block that a viewer looks at; they take the place of what he looked at before."""

    section: str
    subsection: int
    seats: list[str]
    viewer: str

    def frame(self) -> bytes:
        """For the event's WebSockets."""
        return socket_frame({"type": "selecting", **self._asdict()})


class Looking:
    """One viewer's way of telling the others: under a random name, not too often, taken back when he leaves."""

    __slots__ = ("viewer", "_mark", "_told_at")

    def __init__(self) -> None:
        self.viewer = ""
        self._mark: Mark | None = None  # as it was last passed on, if it had seats
        self._told_at = float("-inf")

    def at(self, block: Block, seats: Any) -> Mark | None:
        """The mark to pass on; None if it comes too soon or changes nothing. Raises BadInput."""
        mark = Mark(block.section, block.number, _checked(seats, block), self._name())
        if not mark.seats:
            return self.away()
        now = monotonic()
        if now - self._told_at < SECONDS_BETWEEN:
            return None
        self._mark, self._told_at = mark, now
        return mark

    def away(self) -> Mark | None:
        """The mark that takes back what was shown; None if nothing was."""
        shown, self._mark = self._mark, None
        return shown and shown._replace(seats=[])

    def _name(self) -> str:
        self.viewer = self.viewer or secrets.token_urlsafe(6)
        return self.viewer


def _checked(seats: Any, block: Block) -> list[str]:
    if not isinstance(seats, list) or not all(isinstance(seat, str) for seat in seats):
        raise BadInput.field("seats", 'This must be a list of seats, each "row-seat".')
    if len(seats) > MAX_SEATS:
        raise BadInput.field("seats", f"At most {MAX_SEATS} seats can be shown.")
    positions_of(seats, rows=block.rows, cols=block.cols, field="seats")
    return seats
