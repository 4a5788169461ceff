"""Triggers and constraints of the database hold against plain SQL, too."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

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
    columns = "id, event_id, order_id, status, amount, currency, gateway, card_last4, created_at, captured_at"
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


NEW_PICTURE = "INSERT INTO events_eventpicture (event_id, key, alt, widths, height, uploaded_at) SELECT id, "
KEY = f"'{'0' * 32}'"


@pytest.mark.parametrize(
    "values",
    [
        "'0', 'A stage', '{480}', 300",
        f"'{'A' * 32}', 'A stage', '{{480}}', 300",
        f"{KEY}, '', '{{480}}', 300",
        f"{KEY}, '  ', '{{480}}', 300",
        f"{KEY}, 'A stage', '{{}}', 300",
        f"{KEY}, 'A stage', '{{1,2,3,4}}', 300",
        f"{KEY}, 'A stage', '{{480}}', 0",
        f"{KEY}, 'A stage', '{{480}}', 2001",
    ],
)
def test_the_database_refuses_invalid_pictures(concert: Event, values: str) -> None:
    with pytest.raises(IntegrityError, match="picture_"):
        run(f"{NEW_PICTURE}{values}, now() FROM events_event")


def test_an_event_has_one_picture_and_a_picture_one_event(concert: Event, new_event: Callable[..., Event]) -> None:
    valid = f"{NEW_PICTURE}{KEY}, 'A stage', '{{480}}', 300, now() FROM events_event"
    assert run(valid) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        run(valid.replace("'000", "'100"))
    new_event()
    with pytest.raises(IntegrityError):
        run(f"{valid} WHERE id <> {concert.pk}")


def _value(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
