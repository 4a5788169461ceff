"""What is special about the places of a booking, as it was when they were held: their kinds, and notes for buyers.

The only place that puts it into words. The map says the same before a seat is picked: `remarks` in
events/static/events/map/panels/formatting.js.
"""

from typing import NamedTuple

from bookings.holds.models import Booking
from bookings.states import BookedKind
from core.text.directions import isolated
from events.models import Subsection
from events.states import SubsectionKind

KIND = "As sold: a later version of the plan doesn't change it."  # in the API's descriptions
NOTE = "What buyers are told of the place, such as why its view is restricted; may be empty."
REMARK = 'What is special about the place, as people read it: "Wheelchair place"; may be empty.'
PLURALS = {BookedKind.WHEELCHAIR: "Wheelchair places", BookedKind.COMPANION: "Companion seats"}
ORDINARY = (BookedKind.SEAT, BookedKind.STANDING)  # what the name of the place says already


class KindAndNote(NamedTuple):
    """What a place is, and what its buyer was told of it."""

    kind: BookedKind
    note: str

    def remark(self, quantity: int = 1) -> str:
        """Return what is special about so many of these places; "" if nothing is.

        "Wheelchair places", or "Restricted view: Behind a pillar."
        """
        word = PLURALS.get(self.kind, self.kind.label) if quantity > 1 else self.kind.label
        return ": ".join(text for text in ("" if self.kind in ORDINARY else word, isolated(self.note)) if text)

    def body(self) -> dict[str, str]:
        """Return the members of APIs that say it."""
        return {"seat_kind": self.kind.value, "seat_note": self.note}


def kinds_and_notes(booking: Booking, subsection: Subsection) -> list[KindAndNote]:
    """Return what the places of a booking are, in the order of its positions. `subsection` is the booking's."""
    number = len(booking.positions)
    usual = BookedKind.STANDING if subsection.kind == SubsectionKind.STANDING else BookedKind.SEAT
    kinds, notes = booking.seat_kinds or [usual.value] * number, booking.seat_notes or [""] * number
    return [KindAndNote(BookedKind(kind), note) for kind, note in zip(kinds, notes, strict=True)]


def kinds_body(booking: Booking) -> dict[str, list[str]]:
    """Return the members of APIs that say what the places of a booking are, in the order of its positions."""
    special = kinds_and_notes(booking, booking.subsection)
    return {"seat_kinds": [each.kind.value for each in special], "seat_notes": [each.note for each in special]}


def with_remark(place: str, remark: str) -> str:
    """Return a place with what is special about it: "row 2, seat 3 · Wheelchair place"."""
    return f"{place} · {remark}" if remark else place
