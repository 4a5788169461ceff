"""Offline scans are merged once and completely, in whatever order they are reported."""

import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from bookings.checkin.check_in import check_in, undo_check_in
from bookings.checkin.merge_scans import Scan, ScanOutcome, merge_scans
from bookings.checkin.models import CheckIn
from bookings.checkin.scans import Scans
from bookings.checkin.tests.stage import codes_of, state_of, tickets_of
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.states import AdmissionStatus
from bookings.testing.crowd import crowd
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_of
from core.clock import database_now
from events.models import Event

PaidBooking = Callable[..., Booking]
Merge = Callable[..., list[ScanOutcome]]


@pytest.fixture
def merge(concert: Event, carol: User) -> Merge:
    """A function that merges scans of the concert's tickets."""
    return lambda *scans: merge_scans(event_id=concert.pk, scans=list(scans), by=carol)


@pytest.fixture
def now(db: None) -> datetime:
    return database_now()


def ago(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)


def results_of(outcomes: list[ScanOutcome]) -> list[str]:
    return [outcome.result for outcome in outcomes]


def history() -> list[tuple[Any, ...]]:
    rows = CheckIn.objects.values_list("admission__position", "kind", "device", "scanned_at")
    return sorted(rows)


def test_outcomes_are_in_the_order_of_the_scans(
    merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    first, second = codes_of(paid_booking(alice, "1-1", "1-2"))
    refunded = paid_booking(alice, "2-1")
    (void,) = codes_of(refunded)
    refund_booking(booking_id=refunded.pk, user=carol)
    scans = [
        Scan("nonsense", ago(now, 9), "D"),
        Scan(second, ago(now, 8), "D"),
        Scan(void, ago(now, 7), "D"),
        Scan(first, ago(now, 6), "D"),
        Scan(second, ago(now, 5), "E"),
        Scan("", ago(now, 4), "D"),
        Scan("2CAF-4CAF-E16B-B6AC", ago(now, 3), "D"),
    ]
    outcomes = merge(*scans)
    assert results_of(outcomes) == ["forged", "accepted", "void", "accepted", "already_checked_in", "forged", "unknown"]
    assert outcomes[4].details["checked_in_at"] == ago(now, 8)
    assert outcomes[4].details["device"] == "D"
    assert (outcomes[3].details["seat"], outcomes[3].details["holder"]) == (1, "Alice")


def test_repeated_scans_change_nothing_and_have_the_same_outcomes(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking
) -> None:
    codes = codes_of(paid_booking(alice, "1-1", "1-2"))
    scans = [Scan(code, ago(now, age), f"D{age}") for code in codes for age in (3, 5)]
    ahead = Scan(codes[0], now + timedelta(hours=3), "ahead")
    outcomes = merge(*scans, ahead)
    before, tickets = history(), list(Admission.objects.order_by("pk").values())
    assert merge(*scans, ahead) == outcomes
    assert merge(*scans, *scans, ahead) == [*outcomes[:4], *outcomes]
    assert (history(), list(Admission.objects.order_by("pk").values())) == (before, tickets)


def test_a_code_and_the_printed_number_are_the_same_ticket(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    by_number = [Scan(serial_of(ticket), ago(now, 2), "D"), Scan(ticket.reference, ago(now, 3), "R")]
    scans = [*by_number, Scan(code, ago(now, 1), "E"), Scan(code, ago(now, 3), "R")]
    assert results_of(merge(*scans)) == ["already_checked_in", "accepted", "already_checked_in", "accepted"]
    assert CheckIn.objects.count() == 3


def test_a_genuine_ticket_of_another_event_is_unknown_not_forged(
    new_event: Callable[..., Event], alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    (outcome,) = merge_scans(event_id=new_event().pk, scans=[Scan(code, now, "D")], by=carol)
    assert (outcome.result, "genuine one for another" in outcome.details["detail"]) == ("unknown", True)
    assert not CheckIn.objects.exists()


def test_the_order_of_reports_does_not_matter(
    merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    """In every order, first scan by scan and then in one batch: the final outcome of each scan is the same."""
    for seat, order in enumerate(itertools.permutations(range(4)), start=1):
        booking = paid_booking(alice, f"{(seat - 1) // 10 + 1}-{(seat - 1) % 10 + 1}")
        (ticket,), (code,) = tickets_of(booking), codes_of(booking)
        scans = [Scan(code, ago(now, 10 - age), f"Gate {age % 3}") for age in range(4)]
        for number in order:
            merge(scans[number])
        assert results_of(merge(*scans)) == ["accepted", *["already_checked_in"] * 3]
        ticket.refresh_from_db()
        assert (ticket.status, ticket.used_at) == (AdmissionStatus.USED, ago(now, 10))


def test_a_batch_in_shuffled_order_has_the_same_outcomes(
    merge: Merge, alice: User, now: datetime, new_event: Callable[..., Event], paid_booking: PaidBooking
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    codes = codes_of(paid_booking(alice, "1-1", "1-2", "1-3", "1-4"))
    scans = [Scan(chance.choice(codes), ago(now, chance.randint(1, 50)), chance.choice("DEF")) for _ in range(40)]
    shuffled = chance.sample(scans, len(scans))
    first = dict(zip(shuffled, merge(*shuffled), strict=True))
    assert merge(*scans) == [first[scan] for scan in scans]


def test_an_earlier_offline_scan_becomes_the_entry_and_the_online_one_a_conflict(
    concert: Event, merge: Merge, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    _, online = check_in(event_id=concert.pk, code=code, by=carol, device="online")
    earlier = Scan(code, ago(online.counted_at, 60), "offline")
    later = Scan(code, online.scanned_at, "online")
    assert results_of(merge(earlier)) == ["accepted"]
    assert results_of(merge(later)) == ["already_checked_in"]
    ticket.refresh_from_db()
    assert ticket.used_at == earlier.scanned_at
    assert [(kind, device) for _, kind, device, _ in history()] == [
        ("accepted", "offline"),
        ("accepted", "online"),
        ("conflict", "online"),
    ]


def test_an_offline_scan_after_an_online_one_is_a_conflict(
    concert: Event, merge: Merge, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    _, online = check_in(event_id=concert.pk, code=code, by=carol, device="online")
    (outcome,) = merge(Scan(code, online.counted_at + timedelta(milliseconds=1), "offline"))
    assert (outcome.result, outcome.details["device"]) == ("already_checked_in", "online")
    assert CheckIn.objects.filter(kind="conflict", device="offline").count() == 1


def test_an_online_scan_without_a_response_is_recognised_in_a_batch(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    check_in(event_id=concert.pk, code=code, by=carol, device="D", scanned_at=now)
    before = history()
    assert results_of(merge(Scan(code, now, "D"))) == ["accepted"]
    assert history() == before


def test_an_old_report_does_not_revert_an_undo(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    old = Scan(code, ago(now, 60), "D")
    merge(old)
    undo_check_in(event_id=concert.pk, code=code, by=carol)
    assert results_of(merge(old, Scan(code, ago(now, 50), "E"))) == ["accepted", "already_checked_in"]
    assert state_of(ticket) == AdmissionStatus.ACTIVE
    assert results_of(merge(Scan(code, database_now(), "F"))) == ["accepted"]
    assert state_of(ticket) == AdmissionStatus.USED


def test_a_scan_in_the_future_counts_as_now(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    (outcome,) = merge(Scan(code, now + timedelta(days=400), "ahead"))
    assert outcome.result == "accepted"
    assert abs(outcome.details["checked_in_at"] - now) < timedelta(seconds=5)
    assert results_of(merge(Scan(code, ago(now, 1), "right"))) == ["accepted"]


WRONG_CLOCKS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2020, 1, 1, tzinfo=UTC),  # of a device without a battery
    datetime(2099, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
]


@pytest.mark.parametrize("wrong", WRONG_CLOCKS)
def test_a_scan_with_an_impossible_time_is_an_entry_at_the_time_of_its_record(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking, wrong: datetime
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    (outcome,) = merge(Scan(code, wrong, "reset"))
    assert (outcome.result, outcome.details["clock_ignored"]) == ("accepted", True)
    row = CheckIn.objects.get()
    assert (row.scanned_at, row.counted_at, row.clock_ignored) == (wrong, row.recorded_at, True)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.used_at) == (AdmissionStatus.USED, row.recorded_at)
    assert outcome.details["checked_in_at"] == row.recorded_at
    assert now <= row.recorded_at <= database_now()
    assert merge(Scan(code, wrong, "reset")) == [outcome]
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("wrong", WRONG_CLOCKS)
@pytest.mark.parametrize("order", [1, -1])
def test_a_scan_with_an_impossible_time_is_not_before_the_right_one_of_another_gate(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking, wrong: datetime, order: int
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    reset, right = Scan(code, wrong, "reset"), Scan(code, ago(now, 60), "right")
    for scan in (reset, right)[::order]:
        merge(scan)
    assert results_of(merge(reset, right)) == ["already_checked_in", "accepted"]
    ticket.refresh_from_db()
    assert ticket.used_at == right.scanned_at


def test_the_scans_of_a_clock_that_was_reset_keep_their_order(
    merge: Merge, alice: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    later, first = (Scan(code, datetime(1970, 1, 1, 0, minute, tzinfo=UTC), "reset") for minute in (5, 1))
    assert results_of(merge(later, first)) == ["already_checked_in", "accepted"]


@pytest.mark.parametrize(
    ("off", "believed"),
    [
        (-timedelta(days=1), True),  # before the issue
        (-timedelta(days=1, microseconds=1), False),
    ],
)
def test_a_clock_may_be_up_to_a_day_before_the_issue_of_the_ticket(
    merge: Merge, alice: User, paid_booking: PaidBooking, off: timedelta, believed: bool
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    at = ticket.issued_at + off
    (outcome,) = merge(Scan(code, at, "D"))
    assert (outcome.details["checked_in_at"] == at, outcome.details["clock_ignored"]) == (believed, not believed)


def test_an_entry_with_an_impossible_time_is_undone_like_any_other(
    concert: Event, merge: Merge, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    reset = Scan(code, datetime(1970, 1, 1, tzinfo=UTC), "reset")
    merge(reset)
    undo_check_in(event_id=concert.pk, code=code, by=carol)
    assert state_of(ticket) == AdmissionStatus.ACTIVE
    assert results_of(merge(reset)) == ["accepted"]  # the same scan as before, so nobody is let in again
    assert state_of(ticket) == AdmissionStatus.ACTIVE


@pytest.mark.parametrize("off", [-timedelta(days=365), timedelta(days=365)])
def test_the_database_refuses_to_count_an_impossible_time(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking, off: timedelta
) -> None:
    booking = paid_booking(alice, "1-1")
    (code,) = codes_of(booking)
    merge(Scan(code, now + off, "reset"))
    with pytest.raises(IntegrityError, match=r"check_in_counts_until_recorded|before ticket"), transaction.atomic():
        CheckIn.objects.update(clock_ignored=False)
    row = CheckIn.objects.get()
    row.pk, row.device, row.clock_ignored = None, "other", False
    with pytest.raises(IntegrityError, match=r"check_in_counts_until_recorded|before ticket"), transaction.atomic():
        row.save(force_insert=True)
    assert CheckIn.objects.count() == 1


def test_the_database_refuses_a_ticket_that_was_used_before_it_was_issued(
    alice: User, paid_booking: PaidBooking
) -> None:
    ticket = tickets_of(paid_booking(alice, "1-1"))[0]
    used = Admission.objects.filter(pk=ticket.pk)
    with pytest.raises(IntegrityError, match="admission_used_after_issue"), transaction.atomic():
        used.update(status="used", used_at=datetime(1970, 1, 1, tzinfo=UTC))
    assert used.update(status="used", used_at=ticket.issued_at) == 1


def test_a_refund_keeps_the_outcomes_of_earlier_scans(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (code,) = codes_of(booking)
    before = [Scan(code, ago(now, 60), "D"), Scan(code, ago(now, 50), "E")]
    after = Scan(code, ago(now, 70), "F")
    outcomes = merge(*before)
    refund_booking(booking_id=booking.pk, user=carol)
    assert results_of(merge(after)) == ["void"]
    assert merge(*before) == outcomes
    assert results_of(merge(after)) == ["void"]
    assert state_of(tickets_of(booking)[0]) == AdmissionStatus.VOID
    assert CheckIn.objects.filter(kind="conflict", device="F").count() == 1


def test_a_thousand_scans_are_merged_in_one_call(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking
) -> None:
    codes = codes_of(paid_booking(alice, *(f"1-{seat}" for seat in range(1, 11))))
    outcomes = merge(*(Scan(codes[n % 10], ago(now, n), f"D{n % 7}") for n in range(1_000)))
    assert results_of(outcomes).count("accepted") == 10
    assert CheckIn.objects.count() == 1_000


@pytest.mark.django_db(transaction=True)
def test_after_parallel_batches_and_scans_each_status_matches_the_record(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1", "1-2", "1-3")
    codes = codes_of(booking)
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    def work(number: int) -> Any:
        chance = random.Random(seed + number)
        device = f"Gate {number}"
        calls: list[Callable[[], Any]] = [
            partial(merge, *(Scan(code, ago(now, chance.randint(0, 100)), device) for code in codes)),
            partial(check_in, event_id=concert.pk, code=chance.choice(codes), by=carol, device=device),
            partial(undo_check_in, event_id=concert.pk, code=chance.choice(codes), by=carol, device=device),
        ]
        for call in chance.choices(calls, weights=(5, 5, 1), k=6):
            try:
                call()
            except Exception as refusal:
                if type(refusal).__name__ not in ("AlreadyCheckedIn", "NotCheckedIn"):
                    raise
        return "done"

    assert set(crowd(10, work)) == {"done"}
    for ticket in tickets_of(booking):
        entry = Scans(ticket.check_ins.all()).entry
        expected = (AdmissionStatus.USED, entry.counted_at) if entry else (AdmissionStatus.ACTIVE, None)
        assert (ticket.status, ticket.used_at) == expected
