"""Template filters that format card numbers, lengths of time and seats."""

from django import template

from bookings.tickets.models import Admission
from bookings.tickets.texts import seat_of

register = template.Library()


@register.filter
def card_groups(number: str) -> str:
    """Format a card number in groups of four, as on the card."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


@register.filter
def clock(seconds: int) -> str:
    """Format seconds: 75 is "1:15"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def seat_text(ticket: Admission) -> str:
    """Return the seat of a ticket: "Section A, block 1, row 2, seat 3"."""
    row, seat = seat_of(ticket)
    return f"Section {ticket.subsection.section}, block {ticket.subsection.number}, row {row}, seat {seat}"
