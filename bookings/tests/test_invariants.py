"""Each invariant finds what violates it, and nothing in a valid database."""

import json
from collections.abc import Callable, Iterator
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
    "orders": "UPDATE bookings_order SET buyer_id = (SELECT max(id) FROM accounts_user) + 1",
    "paid_is_captured": "UPDATE bookings_payment SET amount = amount - 1",
    "refunds": "UPDATE bookings_payment SET status = 'partly_refunded', refunded_amount = 1",
    "paid_has_admissions": "UPDATE bookings_admission SET status = 'void' WHERE position = 4",
    "mock_records": "UPDATE bookings_mockcharge SET captured = false",
    "open_holds": "UPDATE events_event SET max_active_holds = 1",
    "layouts": "UPDATE events_layout SET names[2] = names[1] WHERE table_starts <> '{}'",
    "booking_names": "UPDATE bookings_booking SET seat_names[1] = 'T2-1' WHERE seat_names IS NOT NULL",
    "whole_tables": WITHOUT_TRIGGERS.format(
        "UPDATE events_ticket SET status = 'available', booking_id = NULL WHERE position = 3"
    ),
    "references": "UPDATE bookings_admission SET reference = 'R2222222' WHERE position = 4",
    "audit_log_versions": WITHOUT_TRIGGERS.format("DELETE FROM events_seatchange WHERE kind = 'paid'"),
    "chain": WITHOUT_TRIGGERS.format("UPDATE events_seatchange SET at = at + interval '1 us' WHERE kind = 'paid'"),
    "audit_log_matches_seats": WITHOUT_TRIGGERS.format("DELETE FROM events_seatchange WHERE kind = 'paid'"),
}


@pytest.fixture
def sale(
    concert: Event,
    opera: Event,
    alice: User,
    bob: User,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
) -> None:
    """A concert with holds and a paid booking, and an opera of which a whole table is held."""
    hold(alice)
    hold(alice)
    paid_booking(bob)
    hold(bob, event=opera, section="Cabaret", quantity=4)


@pytest.fixture
def unguarded_amounts() -> Iterator[None]:
    """Let payments have other amounts than were captured. Other tests of this process find the constraint again."""
    guard = "payment_captured_as_asked"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [guard])
        (definition,) = cursor.fetchone()
    run_sql(f"ALTER TABLE bookings_payment DROP CONSTRAINT {guard}")
    yield
    run_sql("UPDATE bookings_payment SET amount = captured_amount WHERE captured_amount IS NOT NULL")
    run_sql(f"ALTER TABLE bookings_payment ADD CONSTRAINT {guard} {definition}")


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_valid_database_violates_no_invariant(sale: None) -> None:
    assert check_invariants() == {invariant.name: [] for invariant in INVARIANTS}


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM events_layout WHERE table_starts <> '{}'",
        "UPDATE events_layout SET tier_prices = '{1,2}' WHERE tier_prices IS NOT NULL",
        "UPDATE events_subsection SET kind = 'drawn' WHERE kind = 'standing'",
        "UPDATE events_layout SET run_sizes[1] = run_sizes[1] + 1",
    ],
)
def test_layouts_that_do_not_fit_are_found(sale: None, sql: str) -> None:
    run_sql(sql)
    assert check_invariants()["layouts"]


@pytest.mark.parametrize("name", [invariant.name for invariant in INVARIANTS])
def test_each_invariant_finds_its_violation(sale: None, unguarded_amounts: None, name: str) -> None:
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
