"""The history of a seat: holds, payments, refunds, tickets and check-ins, oldest first."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from bookings.checkin.check_in import check_in, undo_check_in
from bookings.checkin.merge_scans import Scan, merge_scans
from bookings.checkin.tests.stage import codes_of
from bookings.errors import PaymentDeclined
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.refund import refund_booking
from bookings.payments.send_refunds import send_refund
from bookings.seat_history.timeline import Entry, seat_history
from bookings.states import RefundStatus
from conftest import GOOD_CARD
from core.clock import database_now
from events.inventory.blocking import block_seats, unblock_seats
from events.models import Event, SeatChange, Subsection

Hold = Callable[..., Booking]
DECLINED, NEVER_ANSWERS = "4000000000000002", "4000000000000119"


@pytest.fixture
def subsection(concert: Event) -> Subsection:
    """The concert's first subsection."""
    return Subsection.objects.filter(event=concert).earliest("id")


def history_of(subsection: Subsection, position: int = 0) -> list[tuple[str, str]]:
    """Return kind and text of each entry."""
    return [(entry.kind.value, entry.text) for entry in seat_history(subsection, position)]


def kinds(subsection: Subsection, position: int = 0) -> list[str]:
    return [kind for kind, _ in history_of(subsection, position)]


def pay(booking: Booking, card: str) -> None:
    pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=card)


def test_a_seat_that_was_never_booked_has_no_history(subsection: Subsection, hold: Hold, alice: User) -> None:
    hold(alice, "1-2")
    assert seat_history(subsection, 0) == []


def test_blocking_and_unblocking_are_in_the_history(subsection: Subsection, concert: Event, carol: User) -> None:
    target: dict[str, Any] = {"event_id": concert.pk, "seller": carol, "section": "A", "subsection": 1}
    block_seats(**target, seats=["1-1", "1-2"])
    unblock_seats(**target, seats=["1-1"])
    assert history_of(subsection) == [("blocked", "Taken out of sale, with 1-2."), ("unblocked", "Put back on sale.")]
    entry = seat_history(subsection, 0)[0]
    assert (entry.booking_id, entry.buyer, entry.by, entry.version) == (None, None, None, 1)


def test_expired_and_cancelled_holds_are_in_the_history_with_their_buyers(
    subsection: Subsection, hold: Hold, alice: User, bob: User
) -> None:
    first = hold(alice, "1-1", "1-2", "1-3")
    Booking.objects.update(expires_at=database_now())
    expire_holds()
    second = hold(bob, "1-1")
    cancel_booking(booking_id=second.pk, buyer=bob)
    assert history_of(subsection) == [
        ("held", "Held by Alice (alice@example.com), with 1-2, 1-3."),
        ("expired", "Alice (alice@example.com) did not pay in time; the seat was free again."),
        ("held", "Held by Bob (bob@example.com)."),
        ("cancelled", "The hold of Bob (bob@example.com) was cancelled; the seat was free again."),
    ]
    history = seat_history(subsection, 0)
    assert [entry.booking_id for entry in history] == [first.pk, first.pk, second.pk, second.pk]
    assert [entry.buyer for entry in history] == [alice, alice, bob, bob]
    assert [entry.version for entry in history] == [1, 2, 3, 4]


def test_the_history_of_a_sale_goes_from_the_declined_card_to_the_check_in(
    subsection: Subsection, concert: Event, hold: Hold, alice: User, carol: User
) -> None:
    booking = hold(alice, "1-1", "1-2")
    with pytest.raises(PaymentDeclined):
        pay(booking, DECLINED)
    pay(booking, GOOD_CARD)
    code = codes_of(booking)[0]
    check_in(event_id=concert.pk, code=code, by=carol, device="North door")
    undo_check_in(event_id=concert.pk, code=code, by=carol)
    declined = Payment.objects.get(status="failed").failure
    assert history_of(subsection) == [
        ("held", "Held by Alice (alice@example.com), with 1-2."),
        (
            "payment_declined",
            f"Payment started and declined: $100.00 for 2 seats, card ending 0002. The buyer was told: “{declined}”",
        ),
        ("payment_captured", "Paid: $100.00 for 2 seats, card ending 4242."),
        ("paid", "Sold to Alice (alice@example.com), with 1-2."),
        ("ticket_issued", f"Ticket {booking.admissions.earliest('position').reference} issued to Alice."),
        ("checked_in", "Let in at North door by Carol."),
        ("check_in_undone", "Check-in undone by Carol: the ticket is valid again."),
    ]
    assert [entry.by for entry in seat_history(subsection, 0)][-2:] == [carol, carol]
    assert kinds(subsection, 1) == ["held", "payment_declined", "payment_captured", "paid", "ticket_issued"]


def test_a_scan_with_a_wrong_clock_is_named_at_the_time_of_its_record(
    subsection: Subsection, concert: Event, paid_booking: Hold, alice: User, carol: User
) -> None:
    code = codes_of(paid_booking(alice, "1-1"))[0]
    times = (datetime(1970, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC))
    merge_scans(event_id=concert.pk, scans=[Scan(code, at, "Side door") for at in times], by=carol)
    texts = [text for kind, text in history_of(subsection) if kind.startswith("check")]
    assert texts == [
        "Let in at Side door by Carol; the scanner's clock said 1 January 0001, 00:00 UTC.",
        "Scanned at Side door by Carol after it had been used; the scanner's clock said 1 January 1970, 00:00 UTC.",
    ]


def test_the_history_of_a_refund_goes_from_its_record_to_the_next_buyer(
    subsection: Subsection, hold: Hold, paid_booking: Hold, alice: User, bob: User, carol: User
) -> None:
    booking = paid_booking(alice, "1-1")
    refund_booking(booking_id=booking.pk, user=carol)
    refund = Refund.objects.get()
    Refund.objects.update(status=RefundStatus.PENDING, sent_at=None, failure="Try again later.")
    assert history_of(subsection)[4:] == [
        ("ticket_void", f"Ticket {booking.admissions.get().reference} of Alice is void."),
        ("refunded", "The booking of Alice (alice@example.com) was refunded; the seat was free again."),
        (
            "refund_promised",
            "$50.00 promised back to the card ending 4242: given by the seller (Carol). It has not been sent yet."
            " The gateway said: “Try again later.”",
        ),
    ]
    send_refund(refund_id=refund.pk)
    hold(bob, "1-1")
    assert history_of(subsection)[6:] == [
        ("refund_promised", "$50.00 promised back to the card ending 4242: given by the seller (Carol)."),
        ("refund_sent", "$50.00 sent back to the card ending 4242."),
        ("held", "Held by Bob (bob@example.com)."),
    ]


def test_a_payment_after_the_hold_has_ended_holds_the_seat_again(
    subsection: Subsection, hold: Hold, alice: User
) -> None:
    booking = hold(alice, "1-1")
    pay(booking, NEVER_ANSWERS)
    assert history_of(subsection)[-1] == (
        "payment_open",
        "Payment started: $50.00 for 1 seat, card ending 0119. Its outcome is not known yet.",
    )
    Booking.objects.update(expires_at=database_now())
    expire_holds()
    Payment.objects.update(created_at=database_now() - timedelta(hours=1))
    reconcile_payments()
    assert kinds(subsection) == ["held", "expired", "payment_captured", "held", "paid", "ticket_issued"]
    assert history_of(subsection)[3][1] == (
        "Held again for Alice (alice@example.com): a payment arrived after the hold had ended."
    )


def test_many_other_seats_are_given_as_a_number(subsection: Subsection, hold: Hold, alice: User) -> None:
    hold(alice, *(f"1-{seat}" for seat in range(1, 9)))
    assert history_of(subsection) == [("held", "Held by Alice (alice@example.com), with 7 other seats.")]


def test_a_change_with_an_unknown_booking_is_shown(subsection: Subsection) -> None:
    unknown = {"kind": "held", "booking_id": uuid.uuid4(), "positions": [0], "at": database_now()}
    SeatChange.objects.create(event_id=subsection.event_id, subsection=subsection, version=1, **unknown)
    assert history_of(subsection) == [("held", "Held by an unknown buyer.")]


def test_the_number_of_queries_does_not_grow_with_the_history(
    subsection: Subsection, concert: Event, paid_booking: Hold, alice: User, carol: User, django_assert_num_queries: Any
) -> None:
    def book_and_refund() -> Entry:
        booking = paid_booking(alice, "1-1")
        check_in(event_id=concert.pk, code=codes_of(booking)[0], by=carol)
        refund_booking(booking_id=booking.pk, user=carol)
        return seat_history(subsection, 0)[-1]

    book_and_refund()
    with django_assert_num_queries(6):
        assert len(seat_history(subsection, 0)) == 8
    book_and_refund()
    book_and_refund()
    with django_assert_num_queries(6):
        assert len(seat_history(subsection, 0)) == 24
