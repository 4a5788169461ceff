"""Helpers for tests of the buyer's pages."""

import re
from html import unescape

from bookings.holds.models import Booking
from core.clock import database_now


def text_of(page: object) -> str:
    """Return the visible text of a page."""
    html = re.sub(r"<(script|style|dialog)\b.*?</\1>", " ", page.content.decode(), flags=re.S)  # type: ignore[attr-defined]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def end_hold(booking: Booking) -> None:
    """Set the deadline of a hold to now."""
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
