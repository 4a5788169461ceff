"""What both wallets say of a ticket: its times, the address of the venue, and the page with the tickets."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from bookings.tickets.models import Admission
from bookings.tickets.texts import one_line
from events.models import Event


def moment(event: Event, at: datetime) -> str:
    """Return a time as the clock at the venue shows it, with its offset: "2046-05-01T21:30:00+02:00"."""
    return at.astimezone(event.zone).isoformat(timespec="seconds")


def address_of(event: Event) -> str:
    """Return the address of the event's venue; "" if none is known."""
    return one_line(event.venue.address) if event.venue else ""


def tickets_url(ticket: Admission) -> str:
    """Return the URL of the page with the booking's tickets."""
    return f"{settings.SITE_URL}{reverse('booking-done', args=[ticket.booking_id])}"
