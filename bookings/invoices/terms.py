"""Sets an event's terms, and applies those of an order to its bookings."""

from collections.abc import Sequence
from typing import Any

from bookings.holds.models import Booking
from bookings.invoices.breakdown import Totals, lines_of, totals_of
from bookings.invoices.models import Terms
from core.clock import database_now
from core.errors import BadInput
from core.transactions import retrying_transaction
from events.models import Event


def terms_in_force(event_id: int) -> Terms:
    """Return the newest terms of an event; unsaved ones without fees and taxes if it has none."""
    return Terms.objects.filter(event_id=event_id).order_by("-pk").first() or Terms(event_id=event_id)


@retrying_transaction
def set_terms(*, event_id: int, **fields: Any) -> Terms:
    """Set the terms for orders that are made from now on; return them.

    `fields` are those of Terms; what is missing is 0, or no tax. Orders that are held or paid keep theirs. The
    event's row is locked, so that terms are in the order of their ids.

    Raises BadInput if a rate has no name, or if one name has two rates.
    """
    terms = Terms(event_id=event_id, **fields)
    _check(terms)
    Event.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=event_id)
    terms.created_at = database_now()
    terms.save(force_insert=True)
    return terms


def breakdown_of(bookings: Sequence[Booking], current: Sequence[Booking], terms: Terms) -> Totals:
    """Return the parts of what the `current` bookings of an order cost, by the order's terms.

    `bookings` are all of the order. The fee of an order is spread over all tickets that were bought together, also over
    those that were returned since, so that what is left never changes the parts of what was sold.
    """
    together = [booking for booking in bookings if booking.paid_at is not None] or current
    priced = [(booking.pk, price) for booking in together for price in prices_of(booking)]
    lines = lines_of([price for _, price in priced], terms)
    wanted = {booking.pk for booking in current}
    return totals_of(line for (pk, _), line in zip(priced, lines, strict=True) if pk in wanted)


def prices_of(booking: Booking) -> list[int]:
    """Return the price of each ticket of a booking, in the order of its positions."""
    return booking.seat_prices or [booking.unit_price] * booking.quantity


def _check(terms: Terms) -> None:
    for tax in ("ticket_tax", "fee_tax"):
        if getattr(terms, f"{tax}_rate") and not getattr(terms, tax):
            raise BadInput.field(tax, 'A tax needs a name that buyers read, such as "VAT 7 %".', "required")
    if terms.ticket_tax == terms.fee_tax and terms.ticket_tax_rate != terms.fee_tax_rate:
        raise BadInput.field("fee_tax", "Taxes with different rates need different names.", "invalid")
