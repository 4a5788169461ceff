"""Seats taken out of sale and brought back."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.models import Booking
from events.models import Event, SeatChange, Ticket

ClientOf = Callable[[User | None], APIClient]
SEATS = {"section": "A", "subsection": 1, "seat_positions": ["1-1", "1-2"]}


def test_blocked_seats_leave_the_sale_and_come_back(concert: Event, carol: User, client_of: ClientOf) -> None:
    url = f"/api/event/{concert.pk}"
    blocked = client_of(carol).post(f"{url}/block", SEATS)
    assert blocked.status_code == 200
    assert (blocked.json()["available"], blocked.json()["version"]) == (48, 1)
    assert client_of(None).get(url).json()["stats"]["blocked"] == 2
    back = client_of(carol).post(f"{url}/unblock", SEATS)
    assert (back.json()["available"], back.json()["version"]) == (50, 2)
    assert [change.kind for change in SeatChange.objects.all()] == ["blocked", "unblocked"]


def test_seats_that_are_not_free_are_named_and_nothing_changes(
    concert: Event, carol: User, alice: User, hold: Callable[..., Booking], client_of: ClientOf
) -> None:
    hold(alice, "1-2")
    answer = client_of(carol).post(f"/api/event/{concert.pk}/block", SEATS)
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["seats"]) == ("seats_taken", ["1-2"])
    assert not Ticket.objects.filter(status="blocked").exists()


def test_only_blocked_seats_can_be_unblocked(concert: Event, carol: User, client_of: ClientOf) -> None:
    answer = client_of(carol).post(f"/api/event/{concert.pk}/unblock", SEATS)
    assert answer.status_code == 409
    assert answer.json()["seats"] == ["1-1", "1-2"]


def test_only_the_events_seller_blocks(concert: Event, alice: User, dave: User, client_of: ClientOf) -> None:
    url = f"/api/event/{concert.pk}/block"
    assert [client_of(user).post(url, SEATS).status_code for user in (None, alice, dave)] == [401, 403, 403]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"seat_positions": []}, 400),
        ({"seat_positions": ["9-9"]}, 400),
        ({"seat_positions": ["1-1", "1-1"]}, 400),
        ({"seat_positions": "1-1"}, 400),
        ({"section": "Z"}, 404),
        ({"subsection": 0}, 400),
    ],
)
def test_bad_input_is_refused(
    concert: Event, carol: User, client_of: ClientOf, fields: dict[str, Any], status: int
) -> None:
    assert client_of(carol).post(f"/api/event/{concert.pk}/block", SEATS | fields).status_code == status
    assert not SeatChange.objects.exists()
