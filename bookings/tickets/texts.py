"""Text on tickets and in emails about them: seats, times and names."""

import re
import unicodedata
from datetime import datetime

from bookings.tickets.models import Admission
from events.models import Event

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")  # Unicode categories of characters that can't be seen


def seat_of(ticket: Admission) -> tuple[int, int]:
    """Return the row and seat of a ticket, loaded with its subsection; both count from 1."""
    row, seat = divmod(ticket.position, ticket.subsection.cols)
    return row + 1, seat + 1


def serial_of(ticket: Admission) -> str:
    """Format a ticket's serial so that it can be read aloud: 16 hexadecimal digits in groups of four."""
    return "-".join(re.findall(r"....", f"{ticket.serial:016X}"))


def start_text(event: Event) -> str:
    """Format the start of an event in UTC: "Saturday 5 December 2026, 19:30 UTC", or "Date to be announced"."""
    return time_text(event.starts_at) or "Date to be announced"


def time_text(time: datetime | None) -> str:
    """Format a time in UTC, like `start_text`; empty for None."""
    return f"{time:%A} {time.day} {time:%B %Y, %H:%M} UTC" if time else ""


def one_line(text: str) -> str:
    """Put a user's text on one line without invisible characters, so that it can't end a header or add lines."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in INVISIBLE)
