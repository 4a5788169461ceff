"""One ticket admits one person. A race test proves the guarded update: without it two scans succeed."""

import base64
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from bookings.checkin import check_in as _checking
from bookings.checkin.check_in import check_in, undo_check_in
from bookings.checkin.merge_scans import Scan, merge_scans
from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.checkin.tests.stage import codes_of, state_of, tickets_of
from bookings.errors import AlreadyCheckedIn, NotCheckedIn, TicketForged, TicketUnknown, TicketVoid
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.references import ALPHABET, has_valid_check
from bookings.states import AdmissionStatus, BookingStatus, CheckInKind
from bookings.testing.crowd import crowd, together
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_of
from core.clock import database_now
from core.errors import InvalidState, NotFound, PermissionRefused
from events.models import Event

checking: Any = _checking  # `Any`, so that tests can patch it
PaidBooking = Callable[..., Booking]
EXTREMES = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
together_db = pytest.mark.django_db(transaction=True)


def outcomes(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def kinds() -> list[str]:
    return list(CheckIn.objects.order_by("id").values_list("kind", flat=True))


def test_a_check_in_marks_the_ticket_as_used_and_returns_its_seat(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "2-7"))
    ticket, entry = check_in(event_id=concert.pk, code=code, by=carol, device="Main door")
    place = {"section": "A", "subsection": 1, "row": 2, "seat": 7, "holder": "Alice"}
    place |= {
        "subsection_kind": "grid",
        "block_name": "Section A, block 1",
        "row_word": "row",
        "row_label": "2",
        "seat_label": "7",
        "seat_kind": "seat",
        "seat_note": "",
        "remark": "",
    }
    assert checking.place_body(ticket) == {"serial": serial_of(ticket), "reference": ticket.reference, **place}
    ticket.refresh_from_db()
    assert (ticket.status, ticket.used_at) == (AdmissionStatus.USED, entry.counted_at)
    assert (entry.kind, entry.by, entry.device) == (CheckInKind.ACCEPTED, carol, "Main door")
    assert database_now() - entry.recorded_at < timedelta(seconds=5)


def test_a_second_scan_is_refused_with_time_and_place_of_the_first(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    _, entry = check_in(event_id=concert.pk, code=code, by=carol, device="Main door")
    with pytest.raises(AlreadyCheckedIn, match=r"used on \w+ \d+ \w+ \d+, \d\d:\d\d:\d\d UTC at Main door") as refusal:
        check_in(event_id=concert.pk, code=code, by=carol, device="Side door")
    extra = refusal.value.extra
    assert (extra["checked_in_at"], extra["device"], extra["by"]) == (entry.counted_at, "Main door", "Carol")
    assert (extra["row"], extra["seat"], extra["holder"]) == (1, 1, "Alice")
    assert kinds() == ["accepted"]


def test_a_repeated_scan_returns_the_same_check_in(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    scan = partial(check_in, event_id=concert.pk, code=code, by=carol, device="D", scanned_at=database_now())
    assert scan()[1].pk == scan()[1].pk
    assert kinds() == ["accepted"]


def test_the_time_of_a_scanner_with_a_wrong_clock_is_ignored(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    codes = codes_of(paid_booking(alice, "1-1", "1-2", "1-3", "1-4"))
    now = database_now()
    wrong = [now - timedelta(hours=1), now + timedelta(hours=1), *EXTREMES]
    for code, at in zip(codes, wrong, strict=True):
        ticket, entry = check_in(event_id=concert.pk, code=code, by=carol, device="D", scanned_at=at)
        assert abs(entry.counted_at - database_now()) < timedelta(seconds=5)
        assert (entry.clock_ignored, entry.scanned_at) == (True, at)
        ticket.refresh_from_db()
        assert ticket.used_at == entry.recorded_at


@pytest.mark.parametrize("lag", [timedelta(0), timedelta(minutes=2), timedelta(days=3), -timedelta(hours=2)])
def test_a_scan_of_any_age_can_be_repeated(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking, lag: timedelta
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    at = database_now() - lag
    scan = partial(check_in, event_id=concert.pk, code=code, by=carol, device="D", scanned_at=at)
    _, entry = scan()
    assert scan()[1].pk == entry.pk
    (outcome,) = merge_scans(event_id=concert.pk, scans=[Scan(code, at, "D")], by=carol)
    assert (outcome.result, outcome.details["checked_in_at"]) == ("accepted", entry.counted_at)
    assert kinds() == ["accepted"]


def test_repeating_a_scan_after_an_undo_lets_nobody_in_again(
    concert: Event, alice: User, bob: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)
    scan = partial(check_in, event_id=concert.pk, code=code, by=carol, device="D", scanned_at=database_now())
    _, entry = scan()
    undo_check_in(event_id=concert.pk, code=code, by=carol)
    assert scan()[1].pk == entry.pk
    assert (state_of(ticket), kinds()) == (AdmissionStatus.ACTIVE, ["accepted", "undone"])
    _, second = check_in(event_id=concert.pk, code=code, by=carol, device="E", scanned_at=database_now())
    assert scan()[1].pk == entry.pk
    assert (state_of(ticket), kinds()) == (AdmissionStatus.USED, ["accepted", "undone", "accepted"])
    ticket.refresh_from_db()
    assert ticket.used_at == second.counted_at


def test_a_scan_made_before_an_undo_and_sent_after_it_counts_from_now(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    before = database_now()
    check_in(event_id=concert.pk, code=code, by=carol)
    undo_check_in(event_id=concert.pk, code=code, by=carol)
    scan = partial(check_in, event_id=concert.pk, code=code, by=carol, device="D", scanned_at=before)
    _, entry = scan()
    assert (entry.scanned_at, entry.counted_at) == (before, entry.recorded_at)
    assert scan()[1].pk == entry.pk


@together_db
def test_of_simultaneous_repetitions_of_an_old_scan_all_get_the_same_check_in(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    old = database_now() - timedelta(hours=1)
    results = crowd(
        10, lambda n: check_in(event_id=concert.pk, code=code, by=carol, device="D", scanned_at=old)[1].counted_at
    )
    assert len(set(results)) == 1
    assert kinds() == ["accepted"]


def test_a_ticket_can_be_used_again_after_an_undo(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    for _ in range(2):
        check_in(event_id=concert.pk, code=code, by=carol)
        ticket = undo_check_in(event_id=concert.pk, code=code, by=carol)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.used_at) == (AdmissionStatus.ACTIVE, None)
    assert kinds() == ["accepted", "undone"] * 2


def test_a_ticket_that_is_not_checked_in_cannot_be_undone(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    with pytest.raises(NotCheckedIn):
        undo_check_in(event_id=concert.pk, code=code, by=carol)
    assert kinds() == []


def test_a_refunded_ticket_is_void_and_a_resold_seat_has_a_new_one(
    concert: Event, alice: User, bob: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (old,) = codes_of(booking)
    refund_booking(booking_id=booking.pk, user=carol)
    (new,) = codes_of(paid_booking(bob, "1-1"))
    assert new != old
    for refused in (check_in, undo_check_in):
        with pytest.raises(TicketVoid):
            refused(event_id=concert.pk, code=old, by=carol)
    assert check_in(event_id=concert.pk, code=new, by=carol)[0].holder == "Bob"


def test_a_code_with_a_flipped_bit_is_refused(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    raw = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    for bit in range(0, len(raw) * 8, 7):
        forged = bytearray(raw)
        forged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TicketForged):
            check_in(event_id=concert.pk, code=base64.urlsafe_b64encode(forged).decode().rstrip("="), by=carol)
    assert kinds() == []


@pytest.mark.parametrize(
    "damage",
    [lambda code: code[:-10], lambda code: code + "AAAA", lambda code: "", lambda code: "é" * 130, lambda code: "x"],
)
def test_a_damaged_code_is_refused(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking, damage: Callable[[str], str]
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    with pytest.raises(TicketForged, match="not a ticket for this event"):
        check_in(event_id=concert.pk, code=damage(code), by=carol)


def test_a_ticket_of_another_event_is_refused(
    concert: Event, new_event: Callable[..., Event], alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    with pytest.raises(TicketUnknown, match="not a ticket for this event, but a genuine one for another"):
        check_in(event_id=new_event().pk, code=code, by=carol)


@pytest.mark.parametrize(
    "typed",
    [
        str,
        str.lower,
        lambda number: number.replace("-", ""),
        lambda number: number.replace("-", " "),
        lambda number: f"  {number.replace('-', ' – ')} ",
        lambda number: number.replace("0", "O").replace("1", "l"),
    ],
)
def test_the_printed_number_is_accepted_however_it_is_typed(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking, typed: Callable[[str], str]
) -> None:
    (ticket,) = tickets_of(paid_booking(alice, "1-1"))
    admission, _ = check_in(event_id=concert.pk, code=typed(serial_of(ticket)), by=carol)
    assert admission.pk == ticket.pk


def with_check(start: str) -> str:
    """Return a reference that begins with these seven characters, with the right check character."""
    return next(start + last for last in ALPHABET if has_valid_check(start + last))


NO_TICKET, MISTAKE = "No ticket for this event has this number", "typing mistake"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2CAF-4CAF-E16B-B6AC", NO_TICKET),
        ("FFFF-FFFF-FFFF-FFFF", NO_TICKET),
        ("0" * 16, NO_TICKET),
        (with_check("N222222"), NO_TICKET),  # a ticket's reference
        (with_check("K222222"), NO_TICKET),  # a booking's
        (with_check("2222222"), NO_TICKET),  # a payment's
        (with_check("2222222").replace("2", "z"), NO_TICKET),  # letters that look like digits are read as such
        (with_check("6222222"), "No booking, ticket or payment has this reference"),  # of no kind yet
        ("ZZZZ9999", MISTAKE),
        ("K7M2-PQ4X", MISTAKE),
        ("N222-2222", MISTAKE),
        ("2CAF-4CAF-E16B-B6A", "has 8 characters, or 16 if it is the serial; this has 15"),
        ("2CAF", "this has 4"),
        ("7", "this has 1"),
    ],
)
def test_a_number_that_no_ticket_has_is_unknown_not_forged(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking, typed: str, message: str
) -> None:
    paid_booking(alice, "1-1")
    with pytest.raises(TicketUnknown, match=message):
        check_in(event_id=concert.pk, code=typed, by=carol)
    assert kinds() == []


def test_the_reference_of_a_booking_of_the_event_is_named_as_such(
    concert: Event, new_event: Callable[..., Event], alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    for reference, kind in ((booking.reference, "booking"), (booking.payments.get().reference, "payment")):
        with pytest.raises(TicketUnknown, match=f"the reference of a {kind}, not of a ticket. Search for it"):
            check_in(event_id=concert.pk, code=reference, by=carol)
        with pytest.raises(TicketUnknown, match=NO_TICKET):
            check_in(event_id=new_event().pk, code=reference, by=carol)
    assert kinds() == []


def test_the_number_of_another_events_ticket_is_unknown(
    concert: Event, new_event: Callable[..., Event], alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (ticket,) = tickets_of(paid_booking(alice, "1-1"))
    other = new_event()
    for number in (serial_of(ticket), ticket.reference):
        with pytest.raises(TicketUnknown, match="No ticket"):
            check_in(event_id=other.pk, code=number, by=carol)


def test_named_staff_may_check_in_once_their_address_is_confirmed(
    concert: Event, alice: User, bob: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    scan = partial(check_in, event_id=concert.pk, code=code, by=bob)
    with pytest.raises(PermissionRefused, match="Only gate staff"):
        scan()
    GateStaff.objects.create(event=concert, email=bob.email)
    with pytest.raises(PermissionRefused, match="confirm your email"):
        scan()
    bob.is_verified = True
    assert scan()


def test_staff_of_all_events_may_check_in_at_all_events_of_their_seller_only(
    concert: Event, new_event: Callable[..., Event], dave: User, new_user: Callable[..., User], carol: User
) -> None:
    gil = new_user("gil", is_verified=True)
    SellerGateStaff.objects.create(seller=carol, email=gil.email)
    for event in (concert, new_event()):
        with pytest.raises(NotFound, match="not a ticket"):
            check_in(event_id=event.pk, code="x", by=gil)
    with pytest.raises(PermissionRefused):
        check_in(event_id=new_event(seller=dave).pk, code="x", by=gil)


@together_db
def test_one_of_twenty_simultaneous_scans_succeeds(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))
    results = crowd(20, lambda n: check_in(event_id=concert.pk, code=code, by=carol, device=f"Gate {n}"))
    assert outcomes(results) == {"tuple": 1, "AlreadyCheckedIn": 19}
    assert kinds() == ["accepted"]


@together_db
def test_without_the_guarded_update_more_than_one_scan_succeeds(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = codes_of(paid_booking(alice, "1-1"))

    def unguarded(ticket: Admission, before: AdmissionStatus, after: AdmissionStatus, **fields: Any) -> bool:
        status = state_of(ticket)
        return status == before and Admission.objects.filter(pk=ticket.pk).update(status=after, **fields) == 1

    monkeypatch.setattr(checking, "change_status", unguarded)
    for _ in range(10):
        results = crowd(20, lambda n: check_in(event_id=concert.pk, code=code, by=carol, device=f"Gate {n}"))
        if outcomes(results)["tuple"] > 1:
            return
        undo_check_in(event_id=concert.pk, code=code, by=carol)
    pytest.fail("Nothing went wrong without the guarded update, so this race test proves nothing.")


@together_db
def test_of_a_simultaneous_refund_and_check_in_one_succeeds(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    winners: Counter[str] = Counter()
    for n in range(20):
        booking = paid_booking(alice, f"{n % 5 + 1}-{n // 5 + 1}")
        (ticket,), (code,) = tickets_of(booking), codes_of(booking)
        refund, scan = together(
            partial(refund_booking, booking_id=booking.pk, user=alice),
            partial(check_in, event_id=concert.pk, code=code, by=carol),
        )
        booking.refresh_from_db()
        if isinstance(scan, tuple):
            assert isinstance(refund, InvalidState), refund
            assert (booking.status, state_of(ticket)) == (BookingStatus.PAID, AdmissionStatus.USED)
        else:
            assert isinstance(scan, TicketVoid), scan
            assert (booking.status, state_of(ticket)) == (BookingStatus.REFUNDED, AdmissionStatus.VOID)
        winners[booking.status] += 1
    print(winners)


@together_db
def test_after_simultaneous_scans_and_undos_the_status_matches_the_record(
    concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,), (code,) = tickets_of(booking), codes_of(booking)

    def act(number: int) -> Any:
        return (undo_check_in if number % 2 else check_in)(event_id=concert.pk, code=code, by=carol)

    for _ in range(5):
        assert set(outcomes(crowd(12, act))) <= {"tuple", "Admission", "AlreadyCheckedIn", "NotCheckedIn"}
    entry = checking.Scans(ticket.check_ins.all()).entry
    assert state_of(ticket) == (AdmissionStatus.USED if entry else AdmissionStatus.ACTIVE)
    assert kinds() == [["accepted", "undone"][n % 2] for n in range(len(kinds()))]
