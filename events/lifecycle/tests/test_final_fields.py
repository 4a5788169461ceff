"""What can't be changed any more: all but the texts of a cancelled event, and prices once sales are over."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.testing.crowd import together
from core.clock import database_now
from events.errors import EventCancelled
from events.inventory.blocking import block_free_seats, block_seats, unblock_seats
from events.lifecycle.change import change_event
from events.models import Event, Subsection

ClientOf = Callable[[User | None], APIClient]
REFUSED: list[dict[str, Any]] = [
    {"starts_at": "2031-05-01T20:00:00Z"},
    {"ends_at": "2031-05-01T23:00:00Z"},
    {"starts_at": None},
    {"sales_start_at": "2030-01-01T00:00:00Z"},
    {"sales_end_at": "2030-01-02T00:00:00Z"},
    {"late_entry_until": "2030-05-01T21:00:00Z"},
    {"prices": {"A": 1}},
    {"prices": {"A": 5000, "B": 1}},
    {"currency": "EUR"},
    {"hold_seconds": 60},
    {"payment_seconds": 60},
    {"max_tickets_per_booking": 1},
    {"max_active_holds": 1},
    {"refund_until_hours": 1},
    {"allow_single_gaps": False},
    {"release_companion_seats": True},
    {"waiting_room": {"enabled": True}},
    {"waiting_room": {"admit_per_minute": 7}},
    {"name": "New name", "hold_seconds": 60},
]


@pytest.fixture
def cancelled(new_event: Callable[..., Event], carol: User) -> Event:
    event = new_event(starts_at=database_now() + timedelta(days=30))
    cancel_event(event_id=event.pk, seller=carol)
    event.refresh_from_db()
    return event


def patch(client: APIClient, event: Event, **fields: Any) -> Any:
    return client.patch(f"/api/event/{event.pk}", fields)


def rows() -> list[Any]:
    return [*Event.objects.values(), *Subsection.objects.order_by("pk").values("pk", "price", "blocked")]


@pytest.mark.parametrize("fields", REFUSED)
def test_of_a_cancelled_event_nothing_changes_but_its_texts(
    cancelled: Event, carol: User, client_of: ClientOf, fields: dict[str, Any]
) -> None:
    before = rows()
    response = patch(client_of(carol), cancelled, **fields)
    assert (response.status_code, response.json()["code"]) == (409, "event_cancelled")
    assert rows() == before


def test_the_texts_of_a_cancelled_event_can_be_corrected(
    cancelled: Event, carol: User, client_of: ClientOf, paid_booking: Callable[..., Booking]
) -> None:
    emails = EmailMessage.objects.count()
    texts = {"name": "Two concerts", "description": "Cancelled: the singer is ill.", "venue_name": "The old hall"}
    response = patch(client_of(carol), cancelled, **texts, is_active=False)
    assert response.status_code == 200
    assert response.json().items() >= {**texts, "is_active": False, "status": "cancelled"}.items()
    assert EmailMessage.objects.count() == emails


def test_a_buyer_whose_refund_is_under_way_gets_no_email_about_a_corrected_venue(
    new_event: Callable[..., Event], alice: User, carol: User, paid_booking: Callable[..., Booking]
) -> None:
    event = new_event(starts_at=database_now() + timedelta(days=30))
    paid_booking(alice, event=event)
    cancel_event(event_id=event.pk, seller=carol)
    change_event(event_id=event.pk, seller=carol, venue_name="The old hall")
    assert not EmailMessage.objects.filter(kind="event_changed").exists()


def test_a_cancelled_event_that_is_sent_back_as_it_is_is_accepted(
    cancelled: Event, carol: User, client_of: ClientOf
) -> None:
    client = client_of(carol)
    shown = client.get(f"/api/event/{cancelled.pk}").json()
    names = ("name", "starts_at", "ends_at", "hold_seconds", "currency", "allow_single_gaps", "status")
    prices = {"A": 5000, "B": 2000}
    assert patch(client, cancelled, **{name: shown[name] for name in names}, prices=prices).status_code == 200
    refused = patch(client, cancelled, status="available")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")


def test_an_operator_cannot_change_the_waiting_room_of_a_cancelled_event(
    cancelled: Event, olga: User, client_of: ClientOf
) -> None:
    response = client_of(olga).post(f"/api/operator/event/{cancelled.pk}", {"admit_per_minute": 7})
    assert (response.status_code, response.json()["code"]) == (409, "event_cancelled")


def test_seats_of_a_cancelled_event_are_neither_blocked_nor_unblocked(cancelled: Event, carol: User) -> None:
    before = rows()
    seats: dict[str, Any] = {
        "event_id": cancelled.pk,
        "seller": carol,
        "section": "A",
        "subsection": 1,
        "seats": ["1-1"],
    }
    for act in (block_seats, unblock_seats):
        with pytest.raises(EventCancelled):
            act(**seats)
    ids = list(Subsection.objects.filter(event=cancelled).values_list("pk", flat=True))
    with pytest.raises(EventCancelled):
        block_free_seats(event_id=cancelled.pk, seller=carol, subsection_ids=ids)
    assert rows() == before


@pytest.mark.parametrize("status", ["ended", "completed"])
@pytest.mark.parametrize("fields", [{"prices": {"A": 1}}, {"currency": "EUR"}])
def test_prices_are_final_once_sales_are_over(
    concert: Event, carol: User, client_of: ClientOf, status: str, fields: dict[str, Any]
) -> None:
    Event.objects.update(status=status)
    before, client = rows(), client_of(carol)
    response = patch(client, concert, name="New name", **fields)
    assert (response.status_code, response.json()["code"]) == (409, "invalid_state")
    assert rows() == before
    assert patch(client, concert, name="New name", prices={"A": 5000}).status_code == 200


def test_an_event_that_goes_on_sale_again_can_have_new_prices(
    new_event: Callable[..., Event], carol: User, client_of: ClientOf
) -> None:
    event = new_event()
    Event.objects.update(status="completed", starts_at=database_now() - timedelta(days=9))
    start = (database_now() + timedelta(days=9)).isoformat()
    response = patch(client_of(carol), event, starts_at=start, prices={"A": 1234})
    assert (response.status_code, response.json()["status"]) == (200, "available")
    assert response.json()["sections"][0]["price"] == 1234


@pytest.mark.django_db(transaction=True)
def test_of_a_change_and_a_simultaneous_cancellation_the_change_is_first_or_refused(
    new_event: Callable[..., Event], carol: User
) -> None:
    for _ in range(10):
        event = new_event(starts_at=database_now() + timedelta(days=30))
        changed, cancelled = together(
            partial(change_event, event_id=event.pk, seller=carol, hold_seconds=61, prices={"A": 1}),
            partial(cancel_event, event_id=event.pk, seller=carol),
        )
        assert isinstance(cancelled, Event)
        event.refresh_from_db()
        assert event.status == "cancelled"
        was_first = isinstance(changed, Event)
        assert was_first or isinstance(changed, EventCancelled)
        assert (event.hold_seconds == 61, event.seating_config["sections"][0]["price"] == 1) == (was_first, was_first)
