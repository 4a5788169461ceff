"""Names of the files that buyers get, the same in emails and as downloads."""

from bookings.holds.models import Booking


def tickets_name(booking: Booking) -> str:
    """Return the name of the PDF with a booking's tickets."""
    return f"tickets-{booking.reference}.pdf"


def passes_name(booking: Booking) -> str:
    """Return the name of the file with a booking's passes for Apple Wallet."""
    return f"tickets-{booking.reference}.pkpasses"


def calendar_name(booking: Booking) -> str:
    """Return the name of a booking's calendar file."""
    return f"calendar-{booking.reference}.ics"
