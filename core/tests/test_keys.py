"""Rows of an event can be split from those of others: keys and references among event tables contain `event_id`."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.holds.models import Booking
from bookings.invoices.terms import set_terms
from bookings.payments.refund import refund_booking
from bookings.tickets.issue import code_of
from events.models import Event

EVENT_TABLES = {
    *("events_subsection", "events_layout", "events_eventpicture", "events_ticket", "events_seatchange"),
    *("bookings_order", "bookings_terms", "bookings_booking", "bookings_payment", "bookings_refund"),
    *("bookings_admission", "bookings_checkin"),
    *(
        "bookings_emailmessage",
        "bookings_delivery",
        "bookings_queuepass",
        "bookings_queuelottery",
        "bookings_gatestaff",
    ),
}
# Tables with a column event_id whose rows belong to no event.
OTHERS = {
    "events_creation": "a request for an event: the event comes later, or never",
    "bookings_webhookevent": "event_id is the payment gateway's number of its message",
}
OVER_ALL_EVENTS = {
    "order_once_per_key": "an idempotency key of one buyer means one request, whatever the request is about",
    "refund_once_per_key": "an idempotency key of one person means one request, whatever the request is about",
    "events_eventpicture_key_key": "the names of a picture's files, which lie in one folder",
    "bookings_admission_serial_key": "a QR code names one ticket, wherever it is scanned",
}
UNIQUE = """
    SELECT c.relname, array_agg(a.attname::text)
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indisunique AND i.indrelid::regclass::text = ANY (%s)
    GROUP BY c.relname
"""
REFERENCES = """
    SELECT f.conrelid::regclass::text, f.confrelid::regclass::text, f.conname, array_agg(a.attname::text)
    FROM pg_constraint f
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey)
    WHERE f.contype = 'f' AND f.conparentid = 0
    GROUP BY f.oid
"""
COLUMNS = """
    SELECT table_name, is_nullable FROM information_schema.columns
    WHERE column_name = 'event_id' AND table_schema = 'public' AND table_name !~ 'events_ticket_'
"""
DISAGREE = {
    "a booking with its subsection": "UPDATE bookings_booking SET event_id = %s",
    "an order with its booking": "UPDATE bookings_order SET event_id = %s",
    "terms with their order": "UPDATE bookings_terms SET event_id = %s",
    "a payment with its order": "UPDATE bookings_payment SET event_id = %s",
    "a refund with its payment": "UPDATE bookings_refund SET event_id = %s",
    "a ticket with its subsection": "UPDATE events_ticket SET event_id = %s",
    "an admission with its booking": "UPDATE bookings_admission SET event_id = %s",
    "a check-in with its admission": "UPDATE bookings_checkin SET event_id = %s",
    "a mail with its booking": "UPDATE bookings_emailmessage SET event_id = %s",
    "a mail about a booking with no event": "UPDATE bookings_emailmessage SET event_id = 0 WHERE event_id <> %s",
    "a row of the seat history with its subsection": """
        INSERT INTO events_seatchange (event_id, subsection_id, version, kind, positions, at)
        SELECT %s, subsection_id, 1000, kind, positions, at FROM events_seatchange LIMIT 1
    """,
}


def rows(query: str, *values: list[str]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall()


def test_every_unique_key_of_an_event_table_contains_the_event(db: None) -> None:
    keys = dict(rows(UNIQUE, sorted(EVENT_TABLES)))
    assert {name for name, columns in keys.items() if "event_id" not in columns} == set(OVER_ALL_EVENTS)
    assert len(keys) > 20


def test_every_reference_among_event_tables_contains_the_event(db: None) -> None:
    references = rows(REFERENCES)
    among = [
        (name, columns) for table, to, name, columns in references if {table, to} <= EVENT_TABLES | {"events_event"}
    ]
    assert [name for name, columns in among if "event_id" not in columns] == []
    assert len(among) >= 12


def test_every_table_that_belongs_to_an_event_is_known_here(db: None) -> None:
    columns = dict(rows(COLUMNS))
    assert columns.keys() == EVENT_TABLES | OTHERS.keys()
    assert {table for table, nullable in columns.items() if nullable == "YES"} == {"events_creation"}
    references = rows(REFERENCES)
    assert {table for table, to, *_ in references if to in EVENT_TABLES} <= EVENT_TABLES


@pytest.fixture
def used(concert: Event, paid_booking: Callable[..., Booking], alice: User, bob: User, carol: User) -> None:
    """The event has a refunded booking and one with which somebody was let in."""
    set_terms(event_id=concert.pk)
    refund_booking(booking_id=paid_booking(alice).pk, user=carol)
    admission = paid_booking(bob).admissions.select_related("event").earliest("position")
    check_in(event_id=concert.pk, code=code_of(admission), by=carol)


@pytest.mark.parametrize("name", DISAGREE)
def test_a_row_names_the_event_of_what_it_belongs_to(used: None, new_event: Callable[..., Event], name: str) -> None:
    other = new_event(name="Another")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError):
            cursor.execute(DISAGREE[name], [other.pk])
