"""What scanners did without a network is merged once, whole, and whatever the order."""

import itertools
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from bookings.models import Admission, Booking, CheckIn
from bookings.operations.check_in import check_in, undo_check_in
from bookings.operations.merge_scans import Scan, Verdict, merge_scans
from bookings.operations.refund import refund_booking
from bookings.scans import Scans
from bookings.states import AdmissionStatus
from bookings.tests.crowd import crowd
from bookings.tests.gate_stage import codes_of, state_of, tickets_of
from events.clock import database_now
from events.models import Event

PaidBooking = Callable[..., Booking]
Merge = Callable[..., list[Verdict]]


@pytest.fixture
def merge(concert: Event, carol: User) -> Merge:
    """Merges scans at the concert's gate."""
    return lambda *scans: merge_scans(event_id=concert.pk, scans=list(scans), by=carol)


@pytest.fixture
def now(db: None) -> datetime:
    return database_now()


def ago(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)


def words(verdicts: list[Verdict]) -> list[str]:
    return [verdict.result for verdict in verdicts]


def history() -> list[tuple[Any, ...]]:
    rows = CheckIn.objects.values_list("admission__position", "kind", "device", "scanned_at")
    return sorted(rows)


def test_each_scan_has_its_verdict_in_order(
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
    ]
    verdicts = merge(*scans)
    assert words(verdicts) == ["forged", "accepted", "void", "accepted", "already_checked_in", "forged"]
    assert verdicts[4].facts["checked_in_at"] == ago(now, 8)
    assert verdicts[4].facts["device"] == "D"
    assert (verdicts[3].facts["seat"], verdicts[3].facts["holder"]) == (1, "Alice")


def test_the_same_scans_again_change_nothing_and_have_the_same_verdicts(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking
) -> None:
    codes = codes_of(paid_booking(alice, "1-1", "1-2"))
    scans = [Scan(code, ago(now, age), f"D{age}") for code in codes for age in (3, 5)]
    ahead = Scan(codes[0], now + timedelta(hours=3), "ahead")
    verdicts = merge(*scans, ahead)
    before, tickets = history(), list(Admission.objects.order_by("pk").values())
    assert merge(*scans, ahead) == verdicts
    assert merge(*scans, *scans, ahead) == [*verdicts[:4], *verdicts]
    assert (history(), list(Admission.objects.order_by("pk").values())) == (before, tickets)


def test_any_order_of_reports_ends_the_same(
    merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    """Once in one batch, once scan by scan, in every order: the verdict on each scan is the same in the end."""
    for seat, order in enumerate(itertools.permutations(range(4)), start=1):
        booking = paid_booking(alice, f"{(seat - 1) // 10 + 1}-{(seat - 1) % 10 + 1}")
        (ticket,), (code,) = tickets_of(booking), codes_of(booking)
        scans = [Scan(code, ago(now, 10 - age), f"Gate {age % 3}") for age in range(4)]
        for number in order:
            merge(scans[number])
        assert words(merge(*scans)) == ["accepted", *["already_checked_in"] * 3]
        ticket.refresh_from_db()
        assert (ticket.status, ticket.used_at) == (AdmissionStatus.USED, ago(now, 10))


def test_a_batch_in_shuffled_order_has_the_same_verdicts(
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


def test_an_offline_scan_before_an_online_one_is_the_entry_and_the_later_is_reported(
    concert: Event, merge: Merge, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    _, online = check_in(event_id=concert.pk, code=code, by=carol, device="online")
    earlier = Scan(code, ago(online.counted_at, 60), "offline")
    later = Scan(code, online.scanned_at, "online")
    assert words(merge(earlier)) == ["accepted"]
    assert words(merge(later)) == ["already_checked_in"]
    ticket.refresh_from_db()
    assert ticket.used_at == earlier.scanned_at
    assert [(kind, device) for _, kind, device, _ in history()] == [
        ("accepted", "offline"),
        ("accepted", "online"),
        ("conflict", "online"),
    ]


def test_a_scan_after_an_online_one_is_a_conflict_and_no_entry(
    concert: Event, merge: Merge, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    _, online = check_in(event_id=concert.pk, code=code, by=carol, device="online")
    (verdict,) = merge(Scan(code, online.counted_at + timedelta(milliseconds=1), "offline"))
    assert (verdict.result, verdict.facts["device"]) == ("already_checked_in", "online")
    assert CheckIn.objects.filter(kind="conflict", device="offline").count() == 1


def test_an_online_scan_that_got_no_answer_is_known_again_in_the_batch(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    check_in(event_id=concert.pk, code=code, by=carol, device="D", scanned_at=now)
    before = history()
    assert words(merge(Scan(code, now, "D"))) == ["accepted"]
    assert history() == before


def test_what_was_undone_is_not_done_again_by_an_old_report(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    old = Scan(code, ago(now, 60), "D")
    merge(old)
    undo_check_in(event_id=concert.pk, code=code, by=carol)
    assert words(merge(old, Scan(code, ago(now, 50), "E"))) == ["accepted", "already_checked_in"]
    assert state_of(ticket) == AdmissionStatus.ACTIVE
    assert words(merge(Scan(code, database_now(), "F"))) == ["accepted"]
    assert state_of(ticket) == AdmissionStatus.USED


def test_a_clock_that_is_ahead_counts_as_now(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    (verdict,) = merge(Scan(code, now + timedelta(days=400), "ahead"))
    assert verdict.result == "accepted"
    assert abs(verdict.facts["checked_in_at"] - now) < timedelta(seconds=5)
    assert words(merge(Scan(code, ago(now, 1), "right"))) == ["accepted"]


def test_a_refund_keeps_the_verdicts_on_what_was_scanned_before_it(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (code,) = codes_of(booking)
    before = [Scan(code, ago(now, 60), "D"), Scan(code, ago(now, 50), "E")]
    after = Scan(code, ago(now, 70), "F")
    verdicts = merge(*before)
    refund_booking(booking_id=booking.pk, user=carol)
    assert words(merge(after)) == ["void"]
    assert merge(*before) == verdicts
    assert words(merge(after)) == ["void"]
    assert state_of(tickets_of(booking)[0]) == AdmissionStatus.VOID
    assert CheckIn.objects.filter(kind="conflict", device="F").count() == 1


def test_a_thousand_scans_are_merged_in_one_call(
    merge: Merge, alice: User, now: datetime, paid_booking: PaidBooking
) -> None:
    codes = codes_of(paid_booking(alice, *(f"1-{seat}" for seat in range(1, 11))))
    verdicts = merge(*(Scan(codes[n % 10], ago(now, n), f"D{n % 7}") for n in range(1_000)))
    assert words(verdicts).count("accepted") == 10
    assert CheckIn.objects.count() == 1_000


@pytest.mark.django_db(transaction=True)
def test_parallel_batches_and_scans_leave_each_ticket_as_its_history_says(
    concert: Event, merge: Merge, alice: User, carol: User, now: datetime, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1", "1-2", "1-3")
    codes = codes_of(booking)
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    def work(number: int) -> Any:
        chance = random.Random(seed + number)
        device = f"Gate {number}"
        acts: list[Callable[[], Any]] = [
            partial(merge, *(Scan(code, ago(now, chance.randint(0, 100)), device) for code in codes)),
            partial(check_in, event_id=concert.pk, code=chance.choice(codes), by=carol, device=device),
            partial(undo_check_in, event_id=concert.pk, code=chance.choice(codes), by=carol, device=device),
        ]
        for act in chance.choices(acts, weights=(5, 5, 1), k=6):
            try:
                act()
            except Exception as refusal:
                if type(refusal).__name__ not in ("AlreadyCheckedIn", "NotCheckedIn"):
                    raise
        return "done"

    assert set(crowd(10, work)) == {"done"}
    for ticket in tickets_of(booking):
        entry = Scans(ticket.check_ins.all()).entry
        expected = (AdmissionStatus.USED, entry.counted_at) if entry else (AdmissionStatus.ACTIVE, None)
        assert (ticket.status, ticket.used_at) == expected
