"""Template filters that format card numbers, lengths of time and seats."""

import re

from django import template

from bookings.holds.models import Booking
from bookings.holds.places import block_name, counts_by_price, places_word
from bookings.payments.models import Refund
from bookings.states import RefundReason, RefundStatus
from bookings.tickets.models import Admission
from bookings.tickets.texts import ticket_special, ticket_text
from core.money.amounts import money
from core.text.formatting import pluralize
from events.models import Event, Subsection

register = template.Library()
REFUND_TEXTS = {
    RefundStatus.PENDING: "goes back to the card or account you paid with.",
    RefundStatus.SENT: "has gone back to the card or account you paid with. Your bank may take some days to show it.",
    RefundStatus.FAILED: "could not be sent back to the card or account you paid with yet. We are looking into it.",
}
# What reads badly on two lines: "block 2", "row 5, seats 12", "and 14". Long labels may need two.
PLACE = re.compile(r"\bblock \d+|\b(?:row|table) [^\s,;]{1,8}, seats? [^\s,;]{1,8}(?![^\s,;])|\band \d+", re.IGNORECASE)


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
def refund_text(refund: Refund) -> str:
    """Return where the money of a refund is, as the end of a sentence that begins with its amount."""
    if refund.reason == RefundReason.DISPUTE:
        return "was taken back by your bank."
    return REFUND_TEXTS[RefundStatus(refund.status)]


@register.filter
def together(text: str) -> str:
    """Keep a row and its first seat on one line, and a block and its number, with no-break spaces."""
    return PLACE.sub(lambda place: place[0].replace(" ", "\u00a0"), text)


@register.filter
def place_text(ticket: Admission) -> str:
    """Return the place of a ticket: "Row 2, seat 3", or "Standing"."""
    text = ticket_text(ticket)
    return f"{text[0].upper()}{text[1:]}"


@register.filter
def remark(ticket: Admission) -> str:
    """Return what is special about the place of a ticket: "Wheelchair place", or ""."""
    return ticket_special(ticket).remark()


@register.filter
def block_text(subsection: Subsection, event: Event) -> str:
    """Return the block as buyers know it: "Section A, block 1", or "Parkett links"."""
    return block_name(subsection, event).text


@register.simple_tag
def each_price(booking: Booking) -> str:
    """Return what one place costs: "3 seats at $20.00 each.", or "2 seats at $95.00, 1 at $45.00." """
    currency, places = booking.event.currency, places_word(booking)
    (number, price), *others = counts_by_price(booking)
    if not others:
        return f"{number} {places} at {money(price, currency)} each."
    first = f"{pluralize(number, 'seat')} at {money(price, currency)}"
    return ", ".join([first, *(f"{number} at {money(price, currency)}" for number, price in others)]) + "."
