"""Management commands and tasks of the bookings app."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from accounts.models import User
from bookings.event_changes import tasks
from bookings.holds.models import Booking
from bookings.states import BookingStatus
from core.clock import database_now
from events.models import Event, Subsection, Ticket


@pytest.mark.django_db
def test_seed_demo_creates_the_documented_users_and_events_once() -> None:
    for _ in range(2):
        call_command("seed_demo", stdout=StringIO())
    emails = set(User.objects.values_list("email", flat=True))
    buyers = {"buyer@example.com"} | {f"buyer{n}@example.com" for n in range(2, 21)}
    assert emails == buyers | {"seller@example.com", "gate@example.com", "admin@example.com"}
    assert authenticate(username="buyer7@example.com", password="demo-pass-1")
    sizes = [Ticket.objects.filter(event=event).count() for event in Event.objects.order_by("id")]
    assert sizes[:3] == [200, 50_000, 5_000]
    small, arena_event, _, hall = Event.objects.order_by("id")
    assert small.venue is not None and small.venue.address and small.time_zone == "America/New_York"
    assert small.starts_at_local is not None and small.starts_at_local.hour == 19
    assert hall.plan_version is not None and sizes[3] == hall.plan_version.places > 1_500
    assert hall.starts_at_local is not None and (hall.time_zone, hall.starts_at_local.hour) == ("Europe/Berlin", 19)
    assert (arena_event.venue, arena_event.time_zone) == (None, "UTC")
    arena = Subsection.objects.filter(event__name="Northern Lights Tour")
    assert set(arena.values_list("section", flat=True)) == set("ABCDEFGHIJ")
    assert set(arena.values_list("rows", "cols")) == {(25, 20)}
    assert arena.count() == 100


def test_expire_holds_prints_the_number_of_ended_holds(hold: Callable[..., Booking], alice: User) -> None:
    hold(alice)
    Booking.objects.update(expires_at=database_now())
    out = StringIO()
    call_command("expire_holds", stdout=out)
    assert out.getvalue() == "1 holds ended.\n"


def test_bookings_are_completed_after_the_event_has_ended(paid_booking: Callable[..., Booking], alice: User) -> None:
    booking = paid_booking(alice)
    tasks.update_by_clock()
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PAID
    Event.objects.update(ends_at=database_now() - timedelta(seconds=1))
    tasks.update_by_clock()
    booking.refresh_from_db()
    assert booking.status == BookingStatus.COMPLETED
    assert Event.objects.get().status == "completed"
