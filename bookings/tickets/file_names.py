"""Names of the files that buyers get, the same in emails and as downloads."""

from bookings.holds.models import Booking


def tickets_name(booking: Booking) -> str:
    """Return the name of the PDF with a booking's tickets."""
    return f"tickets-{booking.reference}.pdf"


def calendar_name(booking: Booking) -> str:
    """Return the name of a booking's calendar file."""
    return f"calendar-{booking.reference}.ics"
