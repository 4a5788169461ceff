"""Text on tickets and in emails about them: seats, times and names."""

import re
import unicodedata

from bookings.holds.kinds import KindAndNote, with_remark
from bookings.holds.places import BlockName, block_name, name_at, place_at, place_text, special_at
from bookings.tickets.models import Admission
from core.text.directions import ISOLATES
from events.models import Event
from events.seating.names import RowAndSeat
from events.wall_clocks import clock_text

SERIAL_LENGTH = 16
SERIAL = re.compile(r"[0-7][0-9A-F]{15}")  # 63 bits
LOOK_ALIKES = str.maketrans("OIL", "011")
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")  # Unicode categories of characters that can't be seen


def ticket_place(ticket: Admission) -> RowAndSeat:
    """Return the place of a ticket, loaded with its booking and subsection."""
    return place_at(ticket.booking, ticket.subsection, ticket.position)


def ticket_block(ticket: Admission) -> BlockName:
    """Return how people call the block of a ticket, loaded with its event and subsection."""
    return block_name(ticket.subsection, ticket.event)


def ticket_text(ticket: Admission) -> str:
    """Return the place of a ticket as people say it: "row 2, seat 3", or "standing"."""
    return place_text(ticket_place(ticket), ticket_block(ticket).row_word)


def ticket_special(ticket: Admission) -> KindAndNote:
    """Return what the place of a ticket is, loaded with its booking and subsection, and its note."""
    return special_at(ticket.booking, ticket.subsection, ticket.position)


def ticket_text_with_remark(ticket: Admission) -> str:
    """Return the place of a ticket with what is special about it: "row 2, seat 3 · Wheelchair place"."""
    return with_remark(ticket_text(ticket), ticket_special(ticket).remark())


def ticket_name(ticket: Admission) -> str:
    """Return what programs call the place of a ticket, loaded with its booking and subsection: "C-12"."""
    return name_at(ticket.booking, ticket.subsection, ticket.position)


def serial_of(ticket: Admission) -> str:
    """Format a ticket's serial so that it can be read aloud: 16 hexadecimal digits in groups of four."""
    return serial_text(ticket.serial)


def serial_text(serial: int) -> str:
    """Format a serial as it is printed: "2CAF-4CAF-E16B-B6AC"."""
    digits = f"{serial:016X}"
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def serial_from(text: str) -> int | None:
    """Read a serial as people type it: any case, with or without separators, O for 0, I or L for 1; None if it is none.

    The inverse of `serial_of`.
    """
    digits = re.sub(r"[\s\-\u2010-\u2015\u2212]", "", text).upper().translate(LOOK_ALIKES)
    return int(digits, 16) if SERIAL.fullmatch(digits) else None


def start_text(event: Event) -> str:
    """Format the start of an event: "Sat 5 Dec 2026, 19:30 UTC", or "Date to be announced"."""
    return clock_text(event, event.starts_at) if event.starts_at else "Date to be announced"


def one_line(text: str) -> str:
    """Put a user's text on one line without invisible characters, so that it can't end a header or add lines.

    Isolates stay: they are ours, because users' names can't contain them.
    """
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if char in ISOLATES or unicodedata.category(char) not in INVISIBLE)
