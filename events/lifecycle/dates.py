"""Checks of an event's dates."""

from collections.abc import Collection, Iterator
from datetime import datetime

from core.clock import database_now
from core.errors import BadInput, FieldProblem
from events.models import Event, Subsection
from events.wall_clocks import clock_text

DATES = ("starts_at", "ends_at", "late_entry_until", "sales_start_at", "sales_end_at")
# Deadlines are computed by adding to a date and subtracting from it, and must be valid dates, too.
FIRST_YEAR, LAST_YEAR = 1970, 9000


def check_dates(event: Event) -> None:
    """Raise BadInput if dates of the event contradict each other or are out of range; it names every field.

    Dates that have passed are allowed. The event need not be saved.
    """
    problems = list(_out_of_range(event)) or list(_contradictions(event))
    if problems:
        raise BadInput(problems)


def check_move(event: Event, *, old_start: datetime | None, changed: Collection[str]) -> None:
    """Raise BadInput if an event that has not begun, and has sold or held seats, is moved into the past.

    The event has its new dates; `changed` names the fields that change. Such a move is a slip, such as last year's
    date: it would close the sale, and everyone who has seats would read a wrong date.
    """
    now = database_now()
    has_begun = old_start is not None and old_start <= now
    dates = {"starts_at": event.starts_at, "ends_at": event.ends_at}
    past = [name for name, date in dates.items() if name in changed and date is not None and date <= now]
    if past and not has_begun and _has_buyers(event.pk):
        detail = "This is in the past, and people have seats. An event that has not begun can't be moved there."
        raise BadInput([_problem(name, detail, "in_past") for name in past])


def _has_buyers(event_id: int) -> bool:
    subsections = Subsection.objects.filter(event_id=event_id)
    return subsections.exclude(reserved=0, sold=0).exists()


def _out_of_range(event: Event) -> Iterator[FieldProblem]:
    for name in DATES:
        date = getattr(event, name)
        if date is not None and not FIRST_YEAR <= date.year <= LAST_YEAR:
            yield _problem(name, f"The year must be from {FIRST_YEAR} to {LAST_YEAR}.")


def _contradictions(event: Event) -> Iterator[FieldProblem]:
    """Yield the problems of the event's times, then those of its sale."""
    starts, ends, late = event.starts_at, event.ends_at, event.late_entry_until
    if ends and not starts:
        yield _problem("ends_at", "An event with an end also needs a start: set starts_at, too.")
    if starts and ends and starts >= ends:
        yield _problem("ends_at", "This must be after starts_at.")
    if late and not starts:
        yield _problem("late_entry_until", "Late entry needs a start: set starts_at, too.")
    elif late and starts and late <= starts:
        yield _problem("late_entry_until", "This must be after starts_at.")
    elif late and event.over_at and late > event.over_at:
        yield _problem("late_entry_until", f"The event is over by then: it ends at {clock_text(event, event.over_at)}.")
    yield from _contradictions_of_sale(event)


def _contradictions_of_sale(event: Event) -> Iterator[FieldProblem]:
    opens, closes = event.sales_start_at, event.sales_end_at
    name = "late_entry_until" if event.late_entry_until else "starts_at"
    latest = event.late_entry_until or event.starts_at
    if opens and closes and opens >= closes:
        yield _problem("sales_end_at", "This must be after sales_start_at.")
    if opens and latest and opens >= latest:
        yield _problem("sales_start_at", f"This must be before {name}.")
    if closes and latest and closes > latest:
        yield _problem(
            "sales_end_at", f"This must not be after {name}. For sales after the start, set late_entry_until."
        )


def _problem(field: str, detail: str, code: str = "invalid") -> FieldProblem:
    return {"field": field, "code": code, "detail": detail}
