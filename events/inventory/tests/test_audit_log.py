"""The audit log of seats: rows can only be appended, and each row's hash depends on all rows before it."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from accounts.models import User
from bookings.holds.expiry import release_expired
from bookings.holds.models import Booking
from core.clock import database_now
from events.inventory.blocking import block_seats, unblock_seats
from events.inventory.seats import lock_subsection
from events.models import Event, SeatChange, Subsection

Hold = Callable[..., Booking]
INSERT = """
    INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at, hash)
    SELECT %s, %s, version, 'held', NULL, '{1}', clock_timestamp(), %s FROM unnest(%s::bigint[]) AS version
"""


@pytest.fixture
def subsection(concert: Event) -> Subsection:
    """The concert's first subsection."""
    return Subsection.objects.filter(event=concert).earliest("id")


@pytest.fixture
def guarded(db: None) -> None:
    """Enable the trigger that refuses TRUNCATE, as in production."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_seatchange ENABLE TRIGGER append_only_truncate")


def run(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def append(subsection: Subsection, *versions: int, hash_: bytes = b"") -> None:
    """Insert rows for these versions in one statement, in this order."""
    run(INSERT, subsection.event_id, subsection.pk, hash_, list(versions))


def expected(change: SeatChange, previous: bytes | None) -> bytes:
    """Compute the hash by its documented recipe, without the database."""
    before = previous or hashlib.sha256(f"seat history of subsection {change.subsection_id}".encode()).digest()
    micros = (change.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    positions = "{" + ",".join(map(str, change.positions)) + "}"
    parts = (change.subsection_id, change.version, micros, change.booking_id or "", positions, change.kind)
    return hashlib.sha256(before + "|".join(map(str, parts)).encode()).digest()


def check_hashes(subsection: Subsection) -> int:
    """Check the hash of every row in the subsection's audit log; return the number of rows."""
    previous = None
    changes = list(SeatChange.objects.filter(subsection=subsection).order_by("version"))
    for change in changes:
        previous = expected(change, previous)
        assert bytes(change.hash) == previous, change
    return len(changes)


def hashes() -> list[bytes]:
    return [bytes(value) for value in SeatChange.objects.values_list("hash", flat=True)]


def count_sequential_scans() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'events_seatchange'")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_seatchange SET kind = 'paid'",
        "UPDATE events_seatchange SET at = at WHERE false",
        "DELETE FROM events_seatchange",
        "DELETE FROM events_seatchange WHERE version > 1",
        "TRUNCATE events_seatchange",
        "TRUNCATE events_event CASCADE",
    ],
)
def test_the_audit_log_refuses_update_delete_and_truncate(
    guarded: None, hold: Hold, alice: User, statement: str
) -> None:
    hold(alice)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # pending constraints would stop a TRUNCATE before the trigger
    before = list(SeatChange.objects.values())
    with pytest.raises(Error, match=r"append-only: (UPDATE|DELETE|TRUNCATE) is refused"):
        run(statement)
    assert list(SeatChange.objects.values()) == before != []


def test_each_row_has_the_documented_hash(
    subsection: Subsection, hold: Hold, paid_booking: Hold, alice: User, carol: User
) -> None:
    place_and_seats: dict[str, Any] = {
        "event_id": subsection.event_id,
        "seller": carol,
        "section": "A",
        "subsection": 1,
        "seats": ["5-1", "5-10"],
    }
    block_seats(**place_and_seats)
    hold(alice, "1-1")
    unblock_seats(**place_and_seats)
    paid_booking(alice, "2-1", "2-2", "2-3")
    assert check_hashes(subsection) == 5


def test_holds_that_end_together_are_chained_in_the_order_of_their_versions(
    concert: Event, subsection: Subsection, hold: Hold, alice: User
) -> None:
    Event.objects.update(max_active_holds=1000)
    # Booked from the back to the front, so that ids and seats are not in the order of the versions by chance.
    for row in (5, 1, 4, 2, 3):
        for seat in (9, 1, 5):
            hold(alice, f"{row}-{seat}", f"{row}-{seat + 1}")
    Booking.objects.update(expires_at=database_now())
    with transaction.atomic():
        assert release_expired(lock_subsection(subsection.pk)) == 15
    assert check_hashes(subsection) == 30
    assert list(SeatChange.objects.values_list("version", flat=True)) == list(range(1, 31))


def test_an_inserted_hash_is_overwritten(subsection: Subsection) -> None:
    append(subsection, 1, hash_=b"x" * 32)
    SeatChange.objects.create(
        event_id=subsection.event_id,
        subsection=subsection,
        version=2,
        kind="held",
        booking_id=uuid.uuid4(),
        positions=[3],
        at=database_now(),
        hash=b"y",
    )
    assert check_hashes(subsection) == 2


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_version_that_is_not_newer_is_refused(subsection: Subsection, version: int) -> None:
    append(subsection, 1, 2)
    with pytest.raises(Error, match=f"is at version 2, so version {version} can't be appended"):
        append(subsection, version)
    assert SeatChange.objects.count() == 2


def test_rows_of_one_statement_in_the_wrong_order_are_refused(subsection: Subsection) -> None:
    append(subsection, 1, 2, 4)
    with pytest.raises(Error, match="is at version 6, so version 5 can't be appended"):
        append(subsection, 6, 5)
    assert check_hashes(subsection) == 3


@pytest.mark.django_db(transaction=True)
def test_appending_never_reads_the_whole_audit_log(subsection: Subsection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE events_seatchange")
    with transaction.atomic():
        before = count_sequential_scans()
        append(subsection, *range(1, 20))
        assert count_sequential_scans() == before
    assert check_hashes(subsection) == 19


def test_equal_changes_of_two_subsections_have_different_hashes(concert: Event) -> None:
    for subsection in Subsection.objects.filter(event=concert):
        append(subsection, 1)
    assert len(set(hashes())) == 4


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TimeZone", "Asia/Tokyo"),
        ("DateStyle", "German"),
        ("extra_float_digits", "-15"),
        ("bytea_output", "escape"),
        ("standard_conforming_strings", "off"),
    ],
)
def test_no_session_setting_changes_a_hash(subsection: Subsection, setting: str, value: str) -> None:
    run(f"SET LOCAL {setting} = '{value}'")
    append(subsection, 1, 2)
    run(f"SET LOCAL {setting} = DEFAULT")
    assert check_hashes(subsection) == 2
