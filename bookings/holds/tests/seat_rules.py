"""Calls the seat rules in SQL (bookings/sql/seat_rules.sql) one by one, for a subsection that need not be saved."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from events.models import Subsection

BEST = "SELECT bookings_best_seats(bookings_mark_accessible(%s, %s), %s, %s, %s, %s)"
GAPS = "SELECT bookings_single_gaps(bookings_mark_accessible(%s, %s), %s, %s)"
TIDY_CHOICE = "SELECT bookings_tidy_choice(bookings_mark_accessible(%s, %s), %s, %s)"


def best_seats(
    subsection: Subsection, quantity: int, accessible: int = 0, *, gaps_allowed: bool = True
) -> list[int] | None:
    """Return the positions of the best `quantity` seats, `accessible` of them wheelchair places.

    None if there are not enough.
    """
    chosen: list[int] | None = _call(BEST, subsection, quantity, accessible, gaps_allowed)
    return chosen if chosen is not None and len(chosen) == quantity else None


def single_gaps(subsection: Subsection, chosen: Sequence[int]) -> list[int]:
    """Return the positions of the seats that would be left alone if these were taken, ascending."""
    return _call(GAPS, subsection, list(chosen)) or []


def may_take(subsection: Subsection, chosen: Sequence[int]) -> bool:
    """Return whether these free seats may be held if single gaps are not allowed."""
    return not single_gaps(subsection, chosen) or not _call(TIDY_CHOICE, subsection, list(chosen))


def _call(query: str, subsection: Subsection, *arguments: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, [subsection.seat_status, subsection.accessible, subsection.cols, *arguments])
        return cursor.fetchone()[0]
