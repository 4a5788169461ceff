"""The invariants find changes of the audit log, even those made with its triggers switched off."""

from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from bookings.holds.cancel import cancel_booking
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from events.inventory.tests.audit_log import unguarded
from events.models import Event, Subsection

pytestmark = pytest.mark.django_db(transaction=True)
COPY_OF_3 = """
    INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at, hash)
    SELECT event_id, subsection_id, 1000, kind, booking_id, positions, at, hash FROM events_seatchange
    WHERE subsection_id = %s AND version = 3
"""
REHASH_3 = """
    UPDATE events_seatchange c SET kind = 'paid', hash = events_change_hash(
        p.hash, c.subsection_id, c.version, 'paid', c.booking_id, c.positions, c.at
    ) FROM events_seatchange p
    WHERE p.subsection_id = %s AND p.version = 2 AND c.subsection_id = p.subsection_id AND c.version = 3
"""


@pytest.fixture
def subsection(
    concert: Event, alice: User, bob: User, hold: Callable[..., Booking], paid_booking: Callable[..., Booking]
) -> Subsection:
    """The concert's first subsection, with six versions; another subsection has changes, too."""
    paid_booking(bob)
    paid_booking(bob, section="B")
    hold(alice)
    cancel_booking(booking_id=hold(alice).pk, buyer=alice)
    hold(bob)
    assert not broken()
    return Subsection.objects.filter(event=concert).earliest("id")


def broken() -> dict[str, list[tuple[int, int | None]]]:
    """Return the violations: {invariant: [(subsection id, version)]}."""
    found = check_invariants()
    return {name: [(row["subsection"], row.get("version")) for row in rows] for name, rows in found.items() if rows}


def run(statement: str, subsection: Subsection) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement, [subsection.pk])


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'refunded'",
        "booking_id = NULL",
        "booking_id = gen_random_uuid()",
        "positions = positions || 49",
        "positions = '{}'",
        "at = at - interval '1 microsecond'",
        "hash = sha256(hash)",
    ],
)
def test_a_changed_row_is_found(subsection: Subsection, change: str) -> None:
    run(f"UPDATE events_seatchange SET {change} WHERE subsection_id = %s AND version = 3", subsection)
    assert (subsection.pk, 3) in broken()["chain"]


def test_a_row_changed_with_its_hash_breaks_the_next_row(subsection: Subsection) -> None:
    run(REHASH_3, subsection)
    assert broken()["chain"] == [(subsection.pk, 4)]


def test_a_row_deleted_from_the_middle_breaks_the_next_row(subsection: Subsection) -> None:
    run("DELETE FROM events_seatchange WHERE subsection_id = %s AND version = 3", subsection)
    assert broken()["chain"] == [(subsection.pk, 4)]


def test_deleting_the_first_row_breaks_the_second(subsection: Subsection) -> None:
    run("DELETE FROM events_seatchange WHERE subsection_id = %s AND version = 1", subsection)
    assert broken()["chain"] == [(subsection.pk, 2)]


def test_swapped_rows_are_found(subsection: Subsection) -> None:
    for before, after in ((3, 1000), (4, 3), (1000, 4)):
        run(
            f"UPDATE events_seatchange SET version = {after} WHERE subsection_id = %s AND version = {before}",
            subsection,
        )
    assert broken()["chain"] == [(subsection.pk, 3), (subsection.pk, 4), (subsection.pk, 5)]


def test_an_inserted_row_is_found(subsection: Subsection) -> None:
    run(COPY_OF_3, subsection)
    assert broken()["chain"] == [(subsection.pk, 1000)]


def test_deleted_newest_rows_are_found_although_the_chain_is_intact(subsection: Subsection) -> None:
    run("DELETE FROM events_seatchange WHERE subsection_id = %s AND version > 5", subsection)
    found = broken()
    assert found.keys() == {"audit_log_versions", "audit_log_matches_seats"}
    run("UPDATE events_subsection SET version = 5 WHERE id = %s", subsection)
    assert broken() == {"audit_log_matches_seats": found["audit_log_matches_seats"]}
    assert [row[0] for row in found["audit_log_matches_seats"]] == [subsection.pk] * 2


def test_a_seat_changed_without_the_audit_log_is_found(subsection: Subsection) -> None:
    run("UPDATE events_ticket SET status = 'blocked' WHERE subsection_id = %s AND position = 40", subsection)
    assert broken()["audit_log_matches_seats"] == [(subsection.pk, None)]


def test_a_change_of_an_unknown_seat_is_found(subsection: Subsection) -> None:
    run("UPDATE events_seatchange SET positions = '{4,5,99}' WHERE subsection_id = %s AND version = 6", subsection)
    assert (subsection.pk, 6) in broken()["audit_log_matches_seats"]
