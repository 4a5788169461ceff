"""Show viewers which seats others are looking at before they hold them, as faint marks on the map.

Selections are passed on as they come. They are never stored or trusted, and are the first thing left out under load.
"""

import secrets
from time import monotonic
from typing import Any, NamedTuple

from core.errors import BadInput
from events.live.subsection import LiveSubsection
from events.seating.positions import positions_of
from realtime.frames import socket_frame

MAX_SEATS = 10
SECONDS_BETWEEN = 0.9  # between two selections of one viewer; a client that sends one a second loses none
MAX_SELECTIONS = 50  # viewers whose selections are sent in one flush


class Selection(NamedTuple):
    """The seats of one subsection that a viewer looks at. It replaces the viewer's previous selection."""

    section: str
    subsection: int
    seats: list[str]
    viewer: str

    def frame(self) -> bytes:
        """Return the frame for the event's WebSockets."""
        return socket_frame({"type": "selecting", **self._asdict()})


class Presence:
    """What one viewer shows to others: under a random name, at a limited rate, cleared when the viewer leaves."""

    __slots__ = ("viewer", "_selection", "_sent_at")

    def __init__(self) -> None:
        self.viewer = ""
        self._selection: Selection | None = None  # as it was last sent, if it had seats
        self._sent_at = float("-inf")

    def select(self, subsection: LiveSubsection, seats: Any) -> Selection | None:
        """Return the selection to send; None if it comes too soon or changes nothing. Raises BadInput."""
        selection = Selection(subsection.section, subsection.number, _validated(seats, subsection), self._name())
        if not selection.seats:
            return self.clear()
        now = monotonic()
        if now - self._sent_at < SECONDS_BETWEEN:
            return None
        self._selection, self._sent_at = selection, now
        return selection

    def clear(self) -> Selection | None:
        """Return the empty selection that takes back the last one; None if there is nothing to take back."""
        shown, self._selection = self._selection, None
        return shown and shown._replace(seats=[])

    def _name(self) -> str:
        self.viewer = self.viewer or secrets.token_urlsafe(6)
        return self.viewer


def _validated(seats: Any, subsection: LiveSubsection) -> list[str]:
    if not isinstance(seats, list) or not all(isinstance(seat, str) for seat in seats):
        raise BadInput.field("seats", 'This must be a list of seats, each "row-seat".')
    if len(seats) > MAX_SEATS:
        raise BadInput.field("seats", f"At most {MAX_SEATS} seats can be shown.")
    positions_of(seats, rows=subsection.rows, cols=subsection.cols, field="seats")
    return seats
