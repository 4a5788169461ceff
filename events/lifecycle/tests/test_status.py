"""Status changes of an event that happen by themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.models import Booking
from core.clock import database_now
from events.inventory.blocking import block_seats, unblock_seats
from events.inventory.sold_out import refresh_sold_out
from events.lifecycle.complete import complete_ended_events
from events.models import Event, Ticket
from events.states import EventStatus

pytestmark = pytest.mark.django_db(transaction=True)  # the status changes after the commit


@pytest.fixture
def two_seats(new_event: Callable[..., Event]) -> Event:
    """An event with two seats, each in its own subsection."""
    return new_event([{"name": "A", "price": 1000, "subsections": 2}], rows=1, cols=1)


def status(event: Event) -> str:
    return Event.objects.get(pk=event.pk).status


def test_an_event_is_sold_out_when_every_seat_is_sold(
    two_seats: Event, alice: User, bob: User, hold: Callable[..., Booking], paid_booking: Callable[..., Booking]
) -> None:
    paid_booking(alice, "1-1", event=two_seats)
    hold(bob, "1-1", event=two_seats, subsection=2)
    assert status(two_seats) == EventStatus.AVAILABLE  # a held seat may become free again
    Booking.objects.filter(buyer=bob).update(expires_at=database_now())
    paid_booking(alice, "1-1", event=two_seats, subsection=2)
    assert status(two_seats) == EventStatus.SOLD_OUT


def test_blocked_seats_do_not_keep_an_event_from_being_sold_out(
    two_seats: Event, carol: User, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    paid_booking(alice, "1-1", event=two_seats)
    seat: dict[str, Any] = {"event_id": two_seats.pk, "seller": carol, "section": "A", "subsection": 2}
    seat["seats"] = ["1-1"]
    block_seats(**seat)
    assert status(two_seats) == EventStatus.SOLD_OUT
    unblock_seats(**seat)
    assert status(two_seats) == EventStatus.AVAILABLE


def test_the_sweep_marks_an_event_as_sold_out_after_a_crash(
    two_seats: Event, alice: User, hold: Callable[..., Booking]
) -> None:
    booking = hold(alice, "1-1", event=two_seats)
    Ticket.objects.filter(event=two_seats).update(status="sold", booking_id=booking.pk)
    assert status(two_seats) == EventStatus.AVAILABLE
    refresh_sold_out()
    assert status(two_seats) == EventStatus.SOLD_OUT


def test_an_event_is_completed_after_its_end(new_event: Callable[..., Event]) -> None:
    now = database_now()
    began = {"starts_at": now - timedelta(hours=2)}
    over = new_event(**began, ends_at=now - timedelta(seconds=1))
    coming = new_event(**began, ends_at=now + timedelta(hours=1))
    draft = new_event(**began, ends_at=now - timedelta(seconds=1), draft=True)
    assert complete_ended_events() == 1
    assert [status(event) for event in (over, coming, draft)] == ["completed", "available", "draft"]


def test_an_event_without_an_end_is_completed_a_day_after_its_start(new_event: Callable[..., Event]) -> None:
    now = database_now()
    over = new_event(starts_at=now - timedelta(hours=24, seconds=1))
    going_on = new_event(starts_at=now - timedelta(hours=23))
    undated = new_event()
    assert complete_ended_events() == 1
    assert [status(event) for event in (over, going_on, undated)] == ["completed", "available", "available"]
    assert over.over_at == now - timedelta(seconds=1)
