"""The database asked about one seat rule at a time (bookings/sql/seat_rules.sql), of a block as it is given."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from events.models import Subsection

BEST = "SELECT bookings_best_seats(bookings_mark_accessible(%s, %s), %s, %s, %s, %s)"
GAPS = "SELECT bookings_single_gaps(bookings_mark_accessible(%s, %s), %s, %s)"
OTHERS = "SELECT bookings_tidy_choice(bookings_mark_accessible(%s, %s), %s, %s)"


def best_seats(block: Subsection, quantity: int, accessible: int = 0, *, gaps_allowed: bool = True) -> list[int] | None:
    """Positions of the best `quantity` seats of the block, `accessible` of them for wheelchairs; None if there are
    not enough.
    """
    chosen: list[int] | None = _ask(BEST, block, quantity, accessible, gaps_allowed)
    return chosen if chosen is not None and len(chosen) == quantity else None


def single_gaps(block: Subsection, chosen: Sequence[int]) -> list[int]:
    """Positions of the seats that would be left alone if these were taken, ascending."""
    return _ask(GAPS, block, list(chosen)) or []


def may_take(block: Subsection, chosen: Sequence[int]) -> bool:
    """Whether these free seats may be held where single gaps are not allowed."""
    return not single_gaps(block, chosen) or not _ask(OTHERS, block, list(chosen))


def _ask(question: str, block: Subsection, *more: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question, [block.seat_status, block.accessible, block.cols, *more])
        return cursor.fetchone()[0]
