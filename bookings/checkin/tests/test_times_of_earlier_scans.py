"""The migration that corrects scans which were recorded before impossible times were recognised."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection

from accounts.models import User
from bookings.checkin.models import CheckIn
from bookings.checkin.tests.stage import tickets_of
from bookings.holds.models import Booking
from bookings.tickets.models import Admission
from core.clock import database_now

MIGRATION = import_module("bookings.migrations.0007_believe_only_possible_times_of_scans")


@pytest.fixture
def before(db: None) -> None:
    """The schema before the migration."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_checkin DROP CONSTRAINT check_in_counts_until_recorded")
        cursor.execute("ALTER TABLE bookings_checkin DISABLE TRIGGER not_before_issue")
        cursor.execute("ALTER TABLE bookings_admission DROP CONSTRAINT admission_used_after_issue")


def test_entries_before_the_issue_get_the_time_of_their_record(
    before: None, alice: User, carol: User, paid_booking: Callable[..., Booking]
) -> None:
    reset, ahead, right = tickets_of(paid_booking(alice, "1-1", "1-2", "1-3"))
    now = database_now()
    scanned = {
        reset.pk: datetime(1970, 1, 1, tzinfo=UTC),
        ahead.pk: now + timedelta(hours=1),
        right.pk: now - timedelta(minutes=1),
    }
    counted = {reset.pk: now, ahead.pk: now, right.pk: scanned[right.pk]}
    for ticket in (reset, ahead, right):
        CheckIn.objects.create(
            event_id=ticket.event_id,
            admission=ticket,
            kind="accepted",
            by=carol,
            scanned_at=scanned[ticket.pk],
            recorded_at=now,
        )
        Admission.objects.filter(pk=ticket.pk).update(status="used", used_at=min(scanned[ticket.pk], now))
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.IGNORE_CLOCKS)
        cursor.execute(MIGRATION.CORRECT_TICKETS)
    rows = {row.admission_id: row for row in CheckIn.objects.all()}
    assert {key: row.counted_at for key, row in rows.items()} == counted
    assert {key for key, row in rows.items() if row.clock_ignored} == {reset.pk, ahead.pk}
    assert dict(Admission.objects.values_list("pk", "used_at")) == counted
