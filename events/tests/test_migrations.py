"""Migrations that change rows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

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
