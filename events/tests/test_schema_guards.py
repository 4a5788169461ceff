"""Triggers and constraints of the database hold against plain SQL, too."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from bookings.holds.models import Booking
from events.models import Event, Subsection

NEW_TICKET = "INSERT INTO events_ticket (event_id, subsection_id, position) "


def run(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


def counts(event: Event) -> tuple[int, ...]:
    first = Subsection.objects.filter(event=event).earliest("id")
    return first.available, first.reserved, first.sold, first.blocked, first.version


def test_the_trigger_counts_a_change_in_plain_sql(concert: Event) -> None:
    subsection_id = Subsection.objects.earliest("id").pk
    assert (
        run(f"UPDATE events_ticket SET status = 'blocked' WHERE subsection_id = {subsection_id} AND position < 7") == 7
    )
    assert counts(concert) == (43, 0, 0, 7, 1)


def test_the_trigger_counts_a_change_on_a_partition(concert: Event) -> None:
    subsection_id = Subsection.objects.earliest("id").pk
    partition = _value(f"SELECT tableoid::regclass FROM events_ticket WHERE subsection_id = {subsection_id} LIMIT 1")
    run(f"UPDATE {partition} SET status = 'blocked' WHERE subsection_id = {subsection_id} AND position = 0")
    assert counts(concert) == (49, 0, 0, 1, 1)


def test_one_statement_over_all_subsections_raises_each_version_by_one(concert: Event) -> None:
    run(f"UPDATE events_ticket SET status = 'blocked' WHERE event_id = {concert.pk} AND position < 2")
    rows = Subsection.objects.filter(event=concert).values_list("blocked", "version")
    assert list(rows) == [(2, 1)] * 4


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE events_ticket SET status = 'sold' WHERE position = 0",
        "UPDATE events_ticket SET status = 'gone' WHERE position = 0",
        "UPDATE events_ticket SET booking_id = gen_random_uuid() WHERE position = 0",
        "UPDATE events_subsection SET available = available - 1",
        "UPDATE events_subsection SET available = -1, sold = total + 1",
        "UPDATE events_subsection SET price = 100000001",
        NEW_TICKET + "SELECT event_id, subsection_id, 0 FROM events_ticket LIMIT 1",
        NEW_TICKET + "SELECT event_id + 1, id, 999 FROM events_subsection LIMIT 1",
        "UPDATE events_event SET status = 'open'",
        "UPDATE events_event SET hold_seconds = 0",
        "UPDATE events_event SET late_entry_until = now()",
        "UPDATE events_event SET starts_at = now(), late_entry_until = now()",
        "UPDATE events_event SET starts_at = now() - interval '2 h', ends_at = now(),"
        " late_entry_until = now() + interval '1 s'",
        "UPDATE bookings_booking SET total_price = total_price + 1",
        "UPDATE bookings_booking SET status = 'paid'",
        "UPDATE bookings_booking SET positions = '{}'",
        "UPDATE bookings_booking SET status = 'done'",
    ],
)
def test_the_database_refuses_invalid_changes(
    concert: Event, alice: User, hold: Callable[..., Booking], sql: str
) -> None:
    hold(alice)
    with pytest.raises(IntegrityError):
        run(sql)


def test_the_database_refuses_a_second_captured_payment(paid_booking: Callable[..., Booking], alice: User) -> None:
    paid_booking(alice)
    columns = "id, event_id, booking_id, status, amount, currency, gateway, card_last4, created_at, captured_at"
    columns += ", captured_amount, captured_currency"
    with pytest.raises(IntegrityError, match="payment_captured_once"):
        run(
            f"INSERT INTO bookings_payment ({columns}) SELECT gen_random_uuid(), {columns.removeprefix('id, ')}"
            " FROM bookings_payment"
        )


def test_the_tickets_of_an_event_are_in_one_partition_and_only_that_is_read(concert: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT status FROM events_ticket WHERE event_id = %s AND position = 3", [concert.pk])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count(" on events_ticket_") == 1


def _value(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
