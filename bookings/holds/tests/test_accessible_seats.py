"""Holds of wheelchair places and the seats beside them (rules in bookings/specification/seat_choice.py)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.errors import WouldLeaveSingleSeat
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import accept_hold_request, allocate_seats
from bookings.states import BookingStatus, SelectionMode
from events.errors import NotEnoughSeats
from events.models import Event
from ticketing.tests.test_fast_path import Caller
from ticketing.wsgi import application, django_application

ClientOf = Callable[[User | None], APIClient]
SECTION = {"name": "A", "price": 5000, "subsections": 1, "accessible": ["1-1", "2-3", "2-4"]}


@pytest.fixture
def hall(new_event: Callable[..., Event]) -> Event:
    """An event with two rows of four seats, of which 1-1, 2-3 and 2-4 are wheelchair places."""
    return new_event([SECTION], rows=2, cols=4)


def best(event: Event, quantity: int, accessible: int = 0) -> HoldRequest:
    return HoldRequest(event.pk, "A", 1, SelectionMode.BEST_AVAILABLE, quantity, accessible=accessible)


def body(event: Event, **fields: Any) -> dict[str, Any]:
    mode = {"section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 2}
    return {"event_id": event.pk, **mode, **fields}


def test_buyers_who_request_no_wheelchair_places_get_none(hall: Event, alice: User) -> None:
    assert hold_seats(buyer_id=alice.pk, hold_request=best(hall, 3)).positions == [1, 2, 3]
    assert hold_seats(buyer_id=alice.pk, hold_request=best(hall, 2)).positions == [4, 5]
    with pytest.raises(NotEnoughSeats):
        hold_seats(buyer_id=alice.pk, hold_request=best(hall, 1))
    assert Booking.objects.count() == 2


def test_buyers_who_request_wheelchair_places_get_them_with_companions_beside(hall: Event, alice: User) -> None:
    assert hold_seats(buyer_id=alice.pk, hold_request=best(hall, 2, accessible=1)).positions == [0, 1]
    assert hold_seats(buyer_id=alice.pk, hold_request=best(hall, 3, accessible=2)).positions == [5, 6, 7]


def test_more_wheelchair_places_than_are_left_are_refused(hall: Event, alice: User) -> None:
    with pytest.raises(NotEnoughSeats, match=r"that many wheelchair places\. Try"):
        hold_seats(buyer_id=alice.pk, hold_request=best(hall, 4, accessible=4))
    assert not Booking.objects.exists()


def test_a_subsection_without_wheelchair_places_refuses_a_request_for_one(concert: Event, alice: User) -> None:
    with pytest.raises(NotEnoughSeats):
        hold_seats(buyer_id=alice.pk, hold_request=best(concert, 2, accessible=1))


def test_wheelchair_places_can_be_named_like_other_seats(hall: Event, alice: User) -> None:
    hold_request = HoldRequest(hall.pk, "A", 1, SelectionMode.MANUAL, 2, ["2-3", "2-2"])
    assert hold_seats(buyer_id=alice.pk, hold_request=hold_request).positions == [6, 5]


def test_a_wheelchair_place_left_alone_is_not_a_gap_but_another_seat_is(hall: Event, alice: User) -> None:
    Event.objects.filter(pk=hall.pk).update(allow_single_gaps=False)
    with pytest.raises(WouldLeaveSingleSeat) as raised:
        hold_seats(
            buyer_id=alice.pk, hold_request=HoldRequest(hall.pk, "A", 1, SelectionMode.MANUAL, 2, ["1-2", "1-3"])
        )
    assert raised.value.extra["seats"] == ["1-4"]
    hold_request = HoldRequest(hall.pk, "A", 1, SelectionMode.MANUAL, 3, ["1-2", "1-3", "1-4"])
    assert hold_seats(buyer_id=alice.pk, hold_request=hold_request).status == BookingStatus.PENDING_PAYMENT


def test_the_api_accepts_a_number_of_wheelchair_places(hall: Event, alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).post("/api/booking", body(hall, quantity=3, accessible=2))
    assert (response.status_code, response.json()["seat_positions"]) == (201, ["2-2", "2-3", "2-4"])
    assert "accessible" not in response.json()


@pytest.mark.parametrize(
    "fields",
    [
        {"accessible": -1},
        {"accessible": 3},
        {"accessible": 1.5},
        {"accessible": "one"},
        {"accessible": None},
        {"accessible": 1, "seat_selection_mode": "manual", "seat_positions": ["1-1", "1-2"]},
    ],
)
def test_invalid_numbers_of_wheelchair_places_are_400(
    hall: Event, alice: User, client_of: ClientOf, fields: dict[str, Any]
) -> None:
    response = client_of(alice).post("/api/booking", body(hall, **fields))
    assert response.status_code == 400
    assert [problem["field"] for problem in response.json()["errors"]] == ["accessible"]
    assert not Booking.objects.exists()


def test_zero_wheelchair_places_is_the_same_request_as_no_field(hall: Event, alice: User, client_of: ClientOf) -> None:
    client, key = client_of(alice), {"Idempotency-Key": "key"}
    first = client.post("/api/booking", body(hall), headers=key).json()
    assert client.post("/api/booking", body(hall, accessible=0), headers=key).json()["id"] == first["id"]
    assert client.post("/api/booking", body(hall, accessible=1), headers=key).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_fast_path_accepts_it_too(hall: Event, alice: User) -> None:
    caller = Caller(tokens_for(alice)["access"])
    first = caller(application, body(hall, accessible=1), HTTP_IDEMPOTENCY_KEY="key")
    again = caller(django_application, body(hall, accessible=1), HTTP_IDEMPOTENCY_KEY="key")
    assert (first.fast, first.status, first.body["seat_positions"]) == (True, 201, ["1-1", "1-2"])
    assert again.body["id"] == first.body["id"]
    assert (
        caller(application, body(hall, accessible=3)).body == caller(django_application, body(hall, accessible=3)).body
    )


def test_the_number_is_stored_while_the_booking_is_processing(hall: Event, alice: User) -> None:
    booking = accept_hold_request(buyer_id=alice.pk, hold_request=best(hall, 2, accessible=2))
    assert Booking.objects.get(pk=booking.pk).accessible_wanted == 2
    allocate_seats(booking_id=booking.pk)
    assert Booking.objects.get(pk=booking.pk).positions == [6, 7]


def test_no_booking_has_more_wheelchair_places_than_seats(hall: Event, alice: User) -> None:
    booking = hold_seats(buyer_id=alice.pk, hold_request=best(hall, 2))
    with pytest.raises(IntegrityError, match="booking_accessible_are_its_seats"):
        Booking.objects.filter(pk=booking.pk).update(accessible_wanted=3)
