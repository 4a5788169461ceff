"""Each invariant finds what violates it, and nothing in a valid database."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from bookings.holds.models import Booking
from bookings.invariants import INVARIANTS, check_invariants
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

WITHOUT_TRIGGERS = "SET session_replication_role = replica; {}; SET session_replication_role = DEFAULT"
BREAKAGES = {
    "counts": WITHOUT_TRIGGERS.format(
        "UPDATE events_ticket SET status = 'blocked' WHERE position = 40 AND status = 'available'"
    ),
    "ticket_has_booking": "UPDATE bookings_booking SET positions = '{30,31}' WHERE status = 'paid'",
    "booking_has_tickets": "UPDATE bookings_booking SET status = 'cancelled' WHERE status = 'pending_payment'",
    "paid_is_captured": "ALTER TABLE bookings_payment DROP CONSTRAINT payment_captured_as_asked;"
    "UPDATE bookings_payment SET amount = amount - 1",
    "refunds": "UPDATE bookings_payment SET status = 'partly_refunded', refunded_amount = 1",
    "paid_has_admissions": "UPDATE bookings_admission SET status = 'void' WHERE position = 4",
    "mock_records": "UPDATE bookings_mockcharge SET captured = false",
    "open_holds": "UPDATE events_event SET max_active_holds = 1",
    "references": "UPDATE bookings_admission SET reference = 'R2222222' WHERE position = 4",
    "audit_log_versions": WITHOUT_TRIGGERS.format("DELETE FROM events_seatchange WHERE kind = 'paid'"),
    "chain": WITHOUT_TRIGGERS.format("UPDATE events_seatchange SET at = at + interval '1 us' WHERE kind = 'paid'"),
    "audit_log_matches_seats": WITHOUT_TRIGGERS.format("DELETE FROM events_seatchange WHERE kind = 'paid'"),
}


@pytest.fixture
def sale(
    concert: Event, alice: User, bob: User, hold: Callable[..., Booking], paid_booking: Callable[..., Booking]
) -> None:
    """A concert with holds and a paid booking."""
    hold(alice)
    hold(alice)
    paid_booking(bob)


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_valid_database_violates_no_invariant(sale: None) -> None:
    assert check_invariants() == {invariant.name: [] for invariant in INVARIANTS}


@pytest.mark.parametrize("name", [invariant.name for invariant in INVARIANTS])
def test_each_invariant_finds_its_violation(sale: None, name: str) -> None:
    run_sql(BREAKAGES[name])
    assert check_invariants()[name]


def test_captured_money_of_an_expired_booking_is_found(sale: None) -> None:
    run_sql("UPDATE bookings_booking SET status = 'expired' WHERE status = 'paid'")
    assert check_invariants()["paid_is_captured"]


def test_the_command_reports_a_violation_and_exits_with_1(sale: None) -> None:
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert "BROKEN" not in out.getvalue()
    run_sql(BREAKAGES["counts"])
    with pytest.raises(SystemExit) as exit_:
        call_command("check_invariants", stdout=out)
    assert exit_.value.code == 1
    assert "BROKEN" in out.getvalue()


def test_the_command_prints_json(sale: None) -> None:
    out = StringIO()
    call_command("check_invariants", json=True, stdout=out)
    assert json.loads(out.getvalue()) == {invariant.name: [] for invariant in INVARIANTS}
