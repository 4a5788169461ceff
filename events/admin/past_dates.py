"""What dates in the past mean for a draft: a slip, such as last year's date, that publishing would make public."""

from datetime import datetime

from events.models import Event
from events.states import EventStatus
from events.wall_clocks import clock_text

FIX = "Correct the dates before you publish it."


def past_dates_warning(event: Event, now: datetime) -> str:
    """Return a warning about the past dates of a draft at `now` (the database's time), as sentences; "" if none."""
    if event.status != EventStatus.DRAFT:
        return ""
    if event.over_at and event.over_at <= now:
        return f"By its dates this event is over since {clock_text(event, event.over_at)}. {FIX}"
    if event.sales_end_at and event.sales_end_at <= now:
        return (
            f"The end of sales is in the past: {clock_text(event, event.sales_end_at)}. Nobody could buy a seat. {FIX}"
        )
    if event.starts_at and event.starts_at <= now:
        return f"The start is in the past: {clock_text(event, event.starts_at)}. {_late_entry(event, now)}"
    return ""


def _late_entry(event: Event, now: datetime) -> str:
    if event.sales_close_at and event.sales_close_at > now:
        return f"Seats would be sold until {clock_text(event, event.sales_close_at)}, as late entry."
    return f"Nobody could buy a seat. {FIX}"
