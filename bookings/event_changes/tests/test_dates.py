"""Wrong dates of an event are corrected together with its bookings, and nothing is sold after the start."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.event_changes import complete_bookings, tasks
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments.refund import refund_booking
from bookings.states import BookingStatus
from bookings.testing.crowd import crowd
from bookings.webhooks.models import Delivery
from bookings.webhooks.tests.receiver import Receiver
from core.clock import database_now
from core.errors import InvalidState
from events.admin.tests.test_admin import change_page, changed
from events.lifecycle.change import change_event
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

Paid = Callable[..., Booking]
HOUR = timedelta(hours=1)


@pytest.fixture
def tonight(new_event: Callable[..., Event]) -> Event:
    """An event of one subsection with two seats, in two days."""
    sections = [{"name": "A", "price": 1000, "subsections": 1}]
    return new_event(sections, rows=1, cols=2, starts_at=database_now() + timedelta(days=2))


@pytest.fixture
def over(tonight: Event, paid_booking: Paid, alice: User) -> Booking:
    """A paid booking of the event, whose dates then were wrong, so that both are completed."""
    booking = paid_booking(alice, "1-1", event=tonight)
    Event.objects.filter(pk=tonight.pk).update(starts_at=database_now() - 30 * HOUR)
    tasks.update_by_clock()
    booking.refresh_from_db()
    assert (booking.status, Event.objects.get(pk=tonight.pk).status) == ("completed", "completed")
    return booking


def statuses(booking: Booking) -> tuple[str, str]:
    booking.refresh_from_db()
    return booking.status, Event.objects.get(pk=booking.event_id).status


def coming() -> Any:
    return database_now() + timedelta(days=2)


def test_corrected_dates_reopen_the_event_and_its_bookings(
    over: Booking, carol: User, alice: User, bob: User, paid_booking: Paid, client_of: Callable[[User], APIClient]
) -> None:
    response = client_of(carol).patch(f"/api/event/{over.event_id}", {"starts_at": coming()})
    assert response.json()["status"] == "available"
    assert statuses(over) == ("paid", "available")
    tasks.update_by_clock()
    assert statuses(over) == ("paid", "available")
    paid_booking(bob, "1-2", event=over.event)  # it sells again,
    refund_booking(booking_id=over.pk, user=alice)  # buyers can return tickets,
    cancel_event(event_id=over.event_id, seller=carol)  # and it can be cancelled
    assert not any(check_invariants().values())


def test_the_admin_form_reopens_an_event_too(over: Booking, seller_client: Client) -> None:
    event = Event.objects.get(pk=over.event_id)
    page = seller_client.get(change_page(event))
    assert "correct them below" in page.context["status_text"]
    seller_client.post(change_page(event), changed(event, starts_at_0="2090-05-01", starts_at_1="20:00"))
    assert statuses(over) == ("paid", "available")


def test_the_admin_form_refuses_a_move_into_the_past_at_its_field(
    tonight: Event, paid_booking: Paid, alice: User, seller_client: Client
) -> None:
    paid_booking(alice, event=tonight)
    page = seller_client.post(change_page(tonight), changed(tonight, starts_at_0="2020-05-01", starts_at_1="20:00"))
    assert "This is in the past" in page.context["adminform"].form.errors["starts_at"][0]
    assert Event.objects.get(pk=tonight.pk).starts_at == tonight.starts_at
    assert not EmailMessage.objects.filter(kind="event_changed").exists()


def test_a_full_event_is_sold_out_again_and_no_webhook_is_sent_twice(
    carols_server: Receiver, over: Booking, carol: User, bob: User, paid_booking: Paid
) -> None:
    change_event(event_id=over.event_id, seller=carol, starts_at=coming())
    paid_booking(bob, "1-2", event=over.event)
    Event.objects.filter(pk=over.event_id).update(starts_at=database_now() - 30 * HOUR)
    tasks.update_by_clock()
    assert statuses(over) == ("completed", "completed")
    Delivery.objects.all().delete()
    change_event(event_id=over.event_id, seller=carol, starts_at=coming())
    assert statuses(over) == ("paid", "sold_out")
    assert not Delivery.objects.exists()
    refund_booking(booking_id=over.pk, user=carol)
    assert Delivery.objects.get().kind == "booking.refunded"


def test_bookings_of_an_ended_sale_are_reopened_and_the_sale_stays_ended(
    tonight: Event, paid_booking: Paid, alice: User, carol: User
) -> None:
    booking = paid_booking(alice, "1-1", event=tonight)
    Event.objects.filter(pk=tonight.pk).update(starts_at=database_now() - 30 * HOUR, status="ended")
    tasks.update_by_clock()
    assert statuses(booking) == ("completed", "ended")
    change_event(event_id=tonight.pk, seller=carol, starts_at=coming())
    assert statuses(booking) == ("paid", "ended")


def test_everyone_who_has_seats_is_told_when_a_completed_event_gets_new_dates(over: Booking, carol: User) -> None:
    change_event(event_id=over.event_id, seller=carol, starts_at=coming())
    assert EmailMessage.objects.get(kind="event_changed").booking_id == over.pk


@pytest.mark.parametrize("changes", [{"name": "Another name"}, {"refund_until_hours": 1}])
def test_other_changes_reopen_nothing(over: Booking, carol: User, changes: dict[str, Any]) -> None:
    change_event(event_id=over.event_id, seller=carol, **changes)
    assert statuses(over) == ("completed", "completed")


@pytest.mark.parametrize("locked", [True, False])
def test_no_booking_is_completed_while_the_dates_are_corrected(
    tonight: Event, paid_booking: Paid, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """The sweep meets a correction that is not committed yet. Without its lock, it completes the booking for ever."""
    booking = paid_booking(alice, "1-1", event=tonight)
    Event.objects.filter(pk=tonight.pk).update(starts_at=database_now() - 30 * HOUR, status="completed")
    if not locked:
        unlocked = complete_bookings.COMPLETE_BOOKINGS.replace("FOR NO KEY UPDATE OF e", "")
        monkeypatch.setattr(complete_bookings, "COMPLETE_BOOKINGS", unlocked)
    corrected, looked = threading.Event(), threading.Event()

    def wait_for_the_sweep(event: Event, before: Any) -> None:
        corrected.set()
        looked.wait(0.5)

    hooks = [complete_bookings.reopen_bookings, wait_for_the_sweep]
    monkeypatch.setattr("events.lifecycle.change.ON_EVENT_CHANGED", hooks)

    def act(number: int) -> None:
        if number == 0:
            change_event(event_id=tonight.pk, seller=carol, starts_at=coming())
        else:
            corrected.wait(5)
            complete_bookings.complete_bookings()
            looked.set()

    crowd(2, act)
    expected = BookingStatus.PAID if locked else BookingStatus.COMPLETED
    assert statuses(booking) == (expected, "available")


def test_an_ended_sale_can_be_cancelled_until_the_event_begins(
    tonight: Event, paid_booking: Paid, alice: User, carol: User
) -> None:
    booking = paid_booking(alice, "1-1", event=tonight)
    change_event(event_id=tonight.pk, seller=carol, status="ended")
    starts_at = tonight.starts_at
    Event.objects.filter(pk=tonight.pk).update(starts_at=database_now())
    with pytest.raises(InvalidState, match="has begun"):
        cancel_event(event_id=tonight.pk, seller=carol)
    assert statuses(booking) == ("paid", "ended")
    Event.objects.filter(pk=tonight.pk).update(starts_at=starts_at)
    cancel_event(event_id=tonight.pk, seller=carol)
    tasks.update_by_clock()
    assert statuses(booking) == ("refunded", "cancelled")


def test_bookings_are_completed_a_day_after_a_start_without_an_end(
    tonight: Event, paid_booking: Paid, alice: User
) -> None:
    booking = paid_booking(alice, "1-1", event=tonight)
    Event.objects.filter(pk=tonight.pk).update(starts_at=database_now() - 23 * HOUR)
    assert complete_bookings.complete_bookings() == 0
    Event.objects.filter(pk=tonight.pk).update(starts_at=database_now() - 24 * HOUR)
    assert complete_bookings.complete_bookings() == 1
    booking.refresh_from_db()
    assert booking.status == "completed"


def test_a_sweep_with_nothing_to_complete_locks_no_event(over: Booking) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmax::text FROM events_event WHERE id = %s", [over.event_id])
        before = cursor.fetchone()
        assert complete_bookings.complete_bookings() == 0
        cursor.execute("SELECT xmax::text FROM events_event WHERE id = %s", [over.event_id])
        assert cursor.fetchone() == before
