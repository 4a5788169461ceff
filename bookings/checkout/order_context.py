"""What the buyer's pages show of an order: variables of their templates, and the initial data of checkout.js."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from bookings.checkout.texts import duration_text, status_text
from bookings.holds.models import Booking
from bookings.holds.places import block_name, lines, lines_by_price, places_word
from bookings.holds.selectors import current_bookings, tier_of
from bookings.invoices.breakdown import Totals
from bookings.invoices.models import Terms
from bookings.invoices.terms import breakdown_of
from bookings.orders.serializers import order_body


def order_context(bookings: Sequence[Booking]) -> dict[str, Any]:
    """Return the template variables of an order, from its bookings by id, loaded with `for_display`.

    `booking` stands for those with the order's status, which share deadline and payment; `blocks` has one item for
    each. Of an order whose bookings were given back in part, this is what is left.
    """
    current = current_bookings(bookings)
    booking = current[0]
    total = sum(each.total_price for each in current)
    return {
        "order_id": booking.order_id,
        "reference": bookings[0].reference,
        "booking": booking,
        "total": total,
        "free": not total,
        "event": booking.event,
        "status": booking.shown_status,
        "status_text": status_text(current),
        "places": places_word(*current),
        "several": len(current) > 1,
        "blocks": [
            {
                "booking": each,
                "subsection": each.subsection,
                "lines": lines(each),
                "receipt": partial(lines_by_price, each),  # a template calls it
                "tier": partial(tier_of, each),
            }
            for each in current
        ],
        "breakdown": partial(_breakdown, bookings, current),  # a template calls it
        "more_time": duration_text(booking.event.hold_seconds),
    }


def checkout_data(bookings: Sequence[Booking]) -> dict[str, Any]:
    """Return the initial data of checkout.js for an order, from its bookings by id, loaded with `for_display`.

    `blocks` has what people call the block of each booking and its rows. `window_seconds` is the time that a full
    countdown ring shows.
    """
    booking = current_bookings(bookings)[0]
    window = booking.expires_at - (booking.paying_since or booking.created_at)
    return {
        "order": order_body(bookings),
        "blocks": {str(each.pk): _block(each) for each in bookings},
        "extended": booking.extended,
        "window_seconds": window.total_seconds(),
        "more_time": duration_text(booking.event.hold_seconds),
    }


def _breakdown(bookings: Sequence[Booking], current: Sequence[Booking]) -> Totals:
    return breakdown_of(bookings, current, current[0].order.terms or Terms())


def _block(booking: Booking) -> dict[str, str]:
    block = block_name(booking.subsection, booking.event)
    return {"block": block.text.replace(" block ", " block\N{NO-BREAK SPACE}"), "rowWord": block.row_word}
