"""Show viewers which seats others are looking at before they hold them, as faint marks on the map.

Selections are passed on as they come. They are never stored or trusted, and are the first thing left out under load.
"""

import secrets
from time import monotonic
from typing import Any, NamedTuple

from core.errors import BadInput
from events.live.subsection import LiveSubsection
from realtime.frames import socket_frame

MAX_SEATS = 10  # of one selection
SECONDS_BETWEEN = 0.9  # between two selections of one viewer; a client that sends one a second loses none
MAX_SELECTIONS = 50  # viewers whose selections are sent in one flush


class Selection(NamedTuple):
    """The seats (by name) of one subsection that a viewer looks at. It replaces the viewer's previous selection.

    `viewer` is the random name under which the viewer is shown to others.
    """

    section: str
    subsection: int
    seats: list[str]
    viewer: str

    def frame(self) -> bytes:
        """Return the `selecting` frame, which shows this selection to the event's WebSockets."""
        return socket_frame({"type": "selecting", **self._asdict()})


class Presence:
    """The selection that one viewer shows to others, under a random name and at a limited rate.

    `viewer` is that name; it is empty until the first selection.
    """

    __slots__ = ("viewer", "_selection", "_sent_at")

    def __init__(self) -> None:
        self.viewer = ""
        self._selection: Selection | None = None  # as it was last sent, if it had seats
        self._sent_at = float("-inf")

    def select(self, subsection: LiveSubsection, seats: Any) -> Selection | None:
        """Return the selection to send to others; None if there is nothing to send.

        That is the case within SECONDS_BETWEEN of the last selection, and if `seats` is empty while none is shown.
        Raises BadInput if `seats` is not a list of at most MAX_SEATS names of seats of the subsection.
        """
        selection = Selection(subsection.section, subsection.number, _validated(seats, subsection), self._name())
        if not selection.seats:
            return self.clear()
        now = monotonic()
        if now - self._sent_at < SECONDS_BETWEEN:
            return None
        self._selection, self._sent_at = selection, now
        return selection

    def clear(self) -> Selection | None:
        """Return an empty selection, which takes back the one that others see; None if they see none."""
        shown, self._selection = self._selection, None
        return shown and shown._replace(seats=[])

    def _name(self) -> str:
        self.viewer = self.viewer or secrets.token_urlsafe(6)
        return self.viewer


def _validated(seats: Any, subsection: LiveSubsection) -> list[str]:
    if not isinstance(seats, list) or not all(isinstance(seat, str) for seat in seats):
        raise BadInput.field("seats", 'This must be a list of names of seats, as "2-4".')
    if len(seats) > MAX_SEATS:
        raise BadInput.field("seats", f"At most {MAX_SEATS} seats can be shown.")
    subsection.names.positions(seats, field="seats")
    return seats
