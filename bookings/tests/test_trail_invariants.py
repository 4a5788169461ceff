"""The invariants find changes of the audit log, even by somebody with the rights to switch off its triggers."""

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
def block(
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


def run(statement: str, block: Subsection) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement, [block.pk])


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
def test_a_changed_row_is_found(block: Subsection, change: str) -> None:
    run(f"UPDATE events_seatchange SET {change} WHERE subsection_id = %s AND version = 3", block)
    assert (block.pk, 3) in broken()["chain"]


def test_a_row_changed_with_its_hash_breaks_the_next_row(block: Subsection) -> None:
    run(REHASH_3, block)
    assert broken()["chain"] == [(block.pk, 4)]


def test_a_row_deleted_from_the_middle_breaks_the_next_row(block: Subsection) -> None:
    run("DELETE FROM events_seatchange WHERE subsection_id = %s AND version = 3", block)
    assert broken()["chain"] == [(block.pk, 4)]


def test_deleting_the_first_row_breaks_the_second(block: Subsection) -> None:
    run("DELETE FROM events_seatchange WHERE subsection_id = %s AND version = 1", block)
    assert broken()["chain"] == [(block.pk, 2)]


def test_swapped_rows_are_found(block: Subsection) -> None:
    for before, after in ((3, 1000), (4, 3), (1000, 4)):
        run(f"UPDATE events_seatchange SET version = {after} WHERE subsection_id = %s AND version = {before}", block)
    assert broken()["chain"] == [(block.pk, 3), (block.pk, 4), (block.pk, 5)]


def test_an_inserted_row_is_found(block: Subsection) -> None:
    run(COPY_OF_3, block)
    assert broken()["chain"] == [(block.pk, 1000)]


def test_deleted_newest_rows_are_found_although_the_chain_is_intact(block: Subsection) -> None:
    run("DELETE FROM events_seatchange WHERE subsection_id = %s AND version > 5", block)
    found = broken()
    assert found.keys() == {"trail", "trail_tells_seats"}
    run("UPDATE events_subsection SET version = 5 WHERE id = %s", block)
    assert broken() == {"trail_tells_seats": found["trail_tells_seats"]}
    assert [row[0] for row in found["trail_tells_seats"]] == [block.pk] * 2


def test_a_seat_changed_without_the_audit_log_is_found(block: Subsection) -> None:
    run("UPDATE events_ticket SET status = 'blocked' WHERE subsection_id = %s AND position = 40", block)
    assert broken()["trail_tells_seats"] == [(block.pk, None)]


def test_a_change_of_an_unknown_seat_is_found(block: Subsection) -> None:
    run("UPDATE events_seatchange SET positions = '{4,5,99}' WHERE subsection_id = %s AND version = 6", block)
    assert (block.pk, 6) in broken()["trail_tells_seats"]
