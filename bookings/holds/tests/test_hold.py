"""The rules of `hold_seats`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from bookings.errors import IdempotencyKeyReused, TooManyHolds, WouldLeaveSingleSeat
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.states import BookingStatus, SelectionMode
from conftest import GOOD_CARD
from core.clock import database_now
from core.errors import BadInput, DomainError, NotFound
from events.errors import NotEnoughSeats, NotOnSale, SeatsTaken
from events.inventory.blocking import block_seats
from events.lifecycle.dates import DATES
from events.models import Event, SeatChange, Subsection, Ticket
from events.seat_models import MAX_PRICE
from events.states import EventStatus

Hold = Callable[..., Booking]


def seat_status(event: Event) -> str:
    """Return one letter per seat of the event's first subsection, from its tickets."""
    subsection = Subsection.objects.filter(event=event).earliest("id")
    return "".join(t.status[0] for t in Ticket.objects.filter(subsection=subsection))


def refuse(error: type[DomainError], hold: Hold, *args: Any, **kwargs: Any) -> DomainError:
    """Check that the hold is refused with this error and changes nothing; return the error."""
    before = (Booking.objects.count(), SeatChange.objects.count(), list(Subsection.objects.values()))
    with pytest.raises(error) as raised:
        hold(*args, **kwargs)
    assert (Booking.objects.count(), SeatChange.objects.count(), list(Subsection.objects.values())) == before
    return raised.value


def test_named_seats_are_held_until_the_deadline(hold: Hold, alice: User, concert: Event) -> None:
    before = database_now()
    booking = hold(alice, "1-2", "2-1")
    assert seat_status(concert) == "ar" + "a" * 8 + "r" + "a" * 39
    assert booking.status == BookingStatus.PENDING_PAYMENT
    assert booking.positions == [1, 10]
    assert (booking.unit_price, booking.total_price) == (5000, 10_000)
    deadline = before + timedelta(seconds=concert.hold_seconds)
    assert deadline <= booking.expires_at <= deadline + timedelta(seconds=5)
    assert set(Ticket.objects.filter(status="reserved").values_list("booking_id", flat=True)) == {booking.pk}


def test_the_best_seats_are_held(hold: Hold, alice: User, bob: User, concert: Event) -> None:
    hold(alice, "1-3")
    assert hold(bob, quantity=3).positions == [3, 4, 5]
    assert seat_status(concert)[:7] == "aarrrra"


def test_a_hold_adds_a_row_to_the_audit_log(hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-2", "2-1")
    change = SeatChange.objects.get()
    assert (change.kind, change.version, change.booking_id, change.positions) == ("held", 1, booking.pk, [1, 10])


def test_a_hold_of_taken_seats_is_refused_with_their_names(hold: Hold, alice: User, bob: User) -> None:
    hold(alice, "1-2", "1-3")
    error = refuse(SeatsTaken, hold, bob, "1-1", "1-2", "1-3")
    assert error.extra["seats"] == ["1-2", "1-3"]


def test_blocked_and_sold_seats_are_taken(
    hold: Hold, paid_booking: Hold, alice: User, bob: User, carol: User, concert: Event
) -> None:
    paid_booking(alice, "1-1")
    block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=["1-2"])
    assert refuse(SeatsTaken, hold, bob, "1-1", "1-2", "1-3").extra["seats"] == ["1-1", "1-2"]


def test_a_hold_of_more_seats_than_are_left_is_refused(
    new_event: Callable[..., Event], hold: Hold, alice: User, bob: User
) -> None:
    event = new_event(rows=1, cols=3)
    hold(alice, event=event, quantity=2)
    refuse(NotEnoughSeats, hold, bob, event=event, quantity=2)
    assert hold(bob, event=event, quantity=1).positions == [2]


def test_a_seat_of_an_expired_hold_can_be_held_before_the_sweep(hold: Hold, alice: User, bob: User) -> None:
    lost = hold(alice, "1-1")
    Booking.objects.filter(pk=lost.pk).update(expires_at=database_now())
    taken = hold(bob, "1-1")
    lost.refresh_from_db()
    assert lost.status == BookingStatus.EXPIRED
    assert lost.failure
    kinds = SeatChange.objects.order_by("version").values_list("kind", "booking_id")
    assert list(kinds) == [("held", lost.pk), ("expired", lost.pk), ("held", taken.pk)]


def test_the_best_available_seats_include_those_of_expired_holds(
    new_event: Callable[..., Event], hold: Hold, alice: User, bob: User
) -> None:
    event = new_event(rows=1, cols=2)
    hold(alice, event=event)
    Booking.objects.update(expires_at=database_now())
    assert hold(bob, event=event).positions == [0, 1]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity": 11}, "quantity"),
        ({"quantity": 1, "seats": ["1-1"]}, "seat_positions"),
        ({"mode": SelectionMode.MANUAL, "quantity": 2, "seats": ["1-1"]}, "seat_positions"),
        ({"mode": SelectionMode.MANUAL, "quantity": 2, "seats": ["1-1", "1-1"]}, "seat_positions.1"),
        ({"mode": SelectionMode.MANUAL, "quantity": 1, "seats": ["6-1"]}, "seat_positions.0"),
        ({"section": "Z"}, "section"),
        ({"subsection": 3}, "section"),
    ],
)
def test_an_impossible_hold_request_is_bad_input(hold: Hold, alice: User, fields: dict[str, Any], field: str) -> None:
    assert refuse(BadInput, hold, alice, **fields).extra["errors"][0]["field"] == field


def test_an_unknown_event_is_not_found(hold: Hold, alice: User) -> None:
    refuse(NotFound, hold, alice, event_id=999_999)


@pytest.mark.parametrize("status", [s for s in EventStatus if s not in ("available", "sold_out")])
def test_only_an_event_on_sale_can_be_booked(hold: Hold, alice: User, concert: Event, status: EventStatus) -> None:
    Event.objects.update(status=status)
    refuse(NotOnSale, hold, alice)


def test_an_inactive_event_cannot_be_booked(hold: Hold, alice: User, concert: Event) -> None:
    Event.objects.update(is_active=False)
    refuse(NotOnSale, hold, alice)


def test_the_sales_window_is_checked_by_the_databases_clock(hold: Hold, alice: User, concert: Event) -> None:
    now, minute = database_now(), timedelta(minutes=1)
    Event.objects.update(sales_start_at=now + minute, sales_end_at=None)
    refuse(NotOnSale, hold, alice)
    Event.objects.update(sales_start_at=None, sales_end_at=now)
    refuse(NotOnSale, hold, alice)
    Event.objects.update(sales_start_at=now - minute, sales_end_at=now + minute)
    assert hold(alice)


def test_nothing_is_sold_after_the_start_unless_late_entry_is_possible(hold: Hold, alice: User, concert: Event) -> None:
    now, minute = database_now(), timedelta(minutes=1)
    for dates in (
        {"starts_at": now},
        {"starts_at": now - 28 * 24 * 60 * minute},
        {"starts_at": now, "ends_at": now + minute},
        {"starts_at": now - minute, "late_entry_until": now},
        {"starts_at": now - minute, "late_entry_until": now + minute, "sales_end_at": now},
        {"ends_at": now},  # from before an end needed a start
    ):
        Event.objects.update(**{**dict.fromkeys(DATES), **dates})
        refuse(NotOnSale, hold, alice)
    for dates in (
        {"starts_at": now + minute},
        {"starts_at": now - minute, "late_entry_until": now + minute},
        {"starts_at": now - minute, "late_entry_until": now + minute, "ends_at": now + minute},
    ):
        Event.objects.update(**{**dict.fromkeys(DATES), **dates})
        hold(alice, quantity=1)


def test_a_refusal_after_the_start_says_so(hold: Hold, alice: User, concert: Event) -> None:
    now = database_now()
    Event.objects.update(starts_at=now)
    assert "has begun" in str(refuse(NotOnSale, hold, alice))
    Event.objects.update(sales_end_at=now - timedelta(minutes=1))
    assert str(refuse(NotOnSale, hold, alice)) == "Sales are over."


def test_seats_held_before_the_start_can_be_paid_after_it(hold: Hold, alice: User, concert: Event) -> None:
    booking = hold(alice)
    Event.objects.update(starts_at=database_now())
    assert pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD).booking.status == "paid"


def test_a_buyer_holds_as_many_bookings_as_the_event_allows_over_all_events(
    hold: Hold, alice: User, bob: User, new_event: Callable[..., Event]
) -> None:
    other = new_event(max_active_holds=2)
    first = hold(alice)
    hold(alice)
    error = refuse(TooManyHolds, hold, alice, event=other)
    assert 290 <= error.extra["retry_after"] <= 301
    hold(alice)
    refuse(TooManyHolds, hold, alice)
    hold(bob)
    Booking.objects.filter(pk=first.pk).update(expires_at=database_now())
    assert hold(alice)  # an expired hold does not count, even before the sweep


def test_single_gaps_are_refused_if_the_event_does_not_allow_them(
    hold: Hold, alice: User, bob: User, concert: Event
) -> None:
    Event.objects.update(allow_single_gaps=False)
    assert refuse(WouldLeaveSingleSeat, hold, alice, "1-2", "1-3").extra["seats"] == ["1-1"]
    assert hold(alice, "1-1", "1-2")
    Event.objects.update(allow_single_gaps=True)
    assert hold(bob, "1-4", "1-5")


def test_the_same_key_gives_the_same_booking(alice: User, bob: User, concert: Event) -> None:
    hold_request = HoldRequest(concert.pk, "A", 1, SelectionMode.BEST_AVAILABLE, 2)
    idempotency_key = IdempotencyKey("key-1", "hash")
    first = hold_seats(buyer_id=alice.pk, hold_request=hold_request, idempotency_key=idempotency_key)
    assert hold_seats(buyer_id=alice.pk, hold_request=hold_request, idempotency_key=idempotency_key) == first
    assert Booking.objects.count() == 1
    other = hold_seats(buyer_id=bob.pk, hold_request=hold_request, idempotency_key=idempotency_key)
    assert other != first  # keys belong to one user
    with pytest.raises(IdempotencyKeyReused):
        hold_seats(buyer_id=alice.pk, hold_request=hold_request, idempotency_key=IdempotencyKey("key-1", "other"))


def test_dozens_of_the_most_expensive_seats_can_be_sold_and_refunded(
    new_event: Callable[..., Event], paid_booking: Hold, alice: User, carol: User
) -> None:
    event = new_event([{"name": "A", "price": MAX_PRICE, "subsections": 1}], max_tickets_per_booking=50)
    booking = paid_booking(alice, event=event, quantity=50)
    assert booking.total_price == 50 * MAX_PRICE > 2**31
    refund_booking(booking_id=booking.pk, user=carol)
    assert booking.payments.get().refunded_amount == 50 * MAX_PRICE


def test_a_refused_hold_does_not_use_up_its_idempotency_key(alice: User, bob: User, hold: Hold, concert: Event) -> None:
    hold(alice, "1-1")
    hold_request = HoldRequest(concert.pk, "A", 1, SelectionMode.MANUAL, 1, ["1-1"])
    idempotency_key = IdempotencyKey("key-1", "hash")
    with pytest.raises(SeatsTaken):
        hold_seats(buyer_id=bob.pk, hold_request=hold_request, idempotency_key=idempotency_key)
    Booking.objects.update(expires_at=F("created_at"))
    assert hold_seats(buyer_id=bob.pk, hold_request=hold_request, idempotency_key=idempotency_key).positions == [0]


def test_a_hold_takes_one_round_trip_and_so_does_a_refusal(
    hold: Hold, alice: User, bob: User, round_trips: list[None]
) -> None:
    hold(alice)  # prepares the statement
    round_trips.clear()
    hold(bob)
    assert len(round_trips) == 1
    with pytest.raises(SeatsTaken):
        hold(bob, "1-1")
    assert len(round_trips) == 2
