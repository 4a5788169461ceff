"""Migrations that change rows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection

from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

COMPOSE: str = import_module("events.migrations.0016_composed_names").COMPOSE
STARTS = datetime(2027, 5, 1, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def newest() -> Iterator[None]:
    """Migrate back to the newest migrations in the end."""
    yield
    call_command("migrate", verbosity=0)


def test_sales_that_ended_after_the_start_become_late_entry(new_event: Callable[..., Event], newest: None) -> None:
    rows = {
        # sales_end_at, ends_at: late_entry_until, sales_end_at afterwards
        (2 * HOUR, 3 * HOUR): (2 * HOUR, 2 * HOUR),
        (5 * HOUR, 3 * HOUR): (3 * HOUR, 3 * HOUR),
        (50 * HOUR, None): (24 * HOUR, 24 * HOUR),
        (-HOUR, 3 * HOUR): (None, -HOUR),
        (None, 3 * HOUR): (None, None),
        (HOUR, -HOUR): (None, HOUR),  # contradictory, which was possible in plain SQL only
    }
    events = [new_event(rows=1, cols=1) for _ in rows]
    call_command("migrate", "bookings", "0002", verbosity=0)
    call_command("migrate", "events", "0002", verbosity=0)
    with connection.cursor() as cursor:
        for event, (sales_end, end) in zip(events, rows, strict=True):
            dates = [STARTS, *(None if at is None else STARTS + at for at in (sales_end, end))]
            cursor.execute(
                "UPDATE events_event SET starts_at = %s, sales_end_at = %s, ends_at = %s WHERE id = %s",
                [*dates, event.pk],
            )
    call_command("migrate", verbosity=0)
    for event, expected in zip(events, rows.values(), strict=True):
        event.refresh_from_db()
        assert [event.late_entry_until, event.sales_end_at] == [None if at is None else STARTS + at for at in expected]


def test_names_get_the_form_in_which_they_are_looked_up(new_event: Callable[..., Event]) -> None:
    section = {"price": 2000, "subsections": 1, "tier": "\u00c9"}
    event = new_event([{"name": "Caf\u00e9", **section}, {"name": "B", **section}], rows=1, cols=2)
    twins = new_event([{"name": "\u00c9", **section}, {"name": "F", **section}], rows=1, cols=2)
    with connection.cursor() as cursor:
        decomposed = "UPDATE events_subsection SET section = normalize(section, NFD), tier = normalize(tier, NFD)"
        cursor.execute(decomposed)
        cursor.execute("UPDATE events_subsection SET section = %s WHERE section = 'F'", ["\u00c9"])
        cursor.execute("UPDATE events_event SET seating_config = normalize(seating_config::text, NFD)::jsonb")
        cursor.execute(COMPOSE)
    event.refresh_from_db()
    assert event.seating_config["sections"][0]["name"] == "Caf\u00e9"
    assert set(event.subsections.values_list("section", "tier")) == {("Caf\u00e9", "\u00c9"), ("B", "\u00c9")}
    assert {each.section for each in twins.subsections.all()} == {"E\u0301", "\u00c9"}
