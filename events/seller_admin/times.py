"""Columns and fields of the seller admin with times, by the clock at the venue of the row's event."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin

from core.text.times import Form
from events.models import Event
from events.wall_clocks import clock_text

NO_TIME = "–"


def time_column(
    name: str, description: str, *, event_of: Callable[[Any], Event], form: Form = "date-time"
) -> Callable[[Any, Any], str]:
    """Return a column that shows the field `name` of a row, and sorts by it; `event_of` returns the row's event.

    The caller loads the events together with the rows.
    """

    @admin.display(description=description, ordering=name)
    def column(self: Any, row: Any) -> str:
        """Return the time; a dash if there is none."""
        return time_of(event_of(row), getattr(row, name), form)

    return column


def time_of(event: Event, moment: datetime | None, form: Form = "date-time") -> str:
    """Return a time by the clock at the event's venue; a dash if there is none."""
    return clock_text(event, moment, form) if moment else NO_TIME
