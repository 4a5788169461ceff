"""Changes of an event by its seller, and its status transitions."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from conftest import GOOD_CARD
from events.models import Event
from events.states import EVENT_TRANSITIONS, SELLER_TRANSITIONS, EventStatus

ClientOf = Callable[[User | None], APIClient]


def patch(client: APIClient, event: Event, **fields: Any) -> Any:
    return client.patch(f"/api/event/{event.pk}", fields)


def test_only_the_fields_that_are_sent_change(concert: Event, carol: User, client_of: ClientOf) -> None:
    response = patch(client_of(carol), concert, name="New name", hold_seconds=60)
    assert response.status_code == 200
    assert (response.json()["name"], response.json()["hold_seconds"]) == ("New name", 60)
    concert.refresh_from_db()
    assert (concert.name, concert.hold_seconds, concert.venue_name) == ("New name", 60, "The hall")


def test_other_users_cannot_change_an_event(concert: Event, alice: User, dave: User, client_of: ClientOf) -> None:
    assert [patch(client_of(user), concert, name="x").status_code for user in (None, alice, dave)] == [401, 403, 403]
    concert.refresh_from_db()
    assert concert.name == "A concert"


def test_another_sellers_draft_is_not_found(new_event: Callable[..., Event], dave: User, client_of: ClientOf) -> None:
    assert patch(client_of(dave), new_event(draft=True), name="x").status_code == 404


def test_new_prices_apply_only_to_new_holds(
    concert: Event, carol: User, alice: User, bob: User, hold: Callable[..., Booking], client_of: ClientOf
) -> None:
    before = hold(alice)
    response = patch(client_of(carol), concert, prices={"A": 7500})
    assert [row["price"] for row in response.json()["sections"]] == [7500, 7500, 2000, 2000]
    assert response.json()["seating_config"]["sections"][0]["price"] == 7500
    before.refresh_from_db()
    assert before.total_price == 10_000
    assert pay_booking(booking_id=before.pk, buyer_id=alice.pk, card_number=GOOD_CARD).amount == 10_000
    assert hold(bob).total_price == 15_000


@pytest.mark.parametrize(
    "fields",
    [
        {"prices": {"Z": 1}},
        {"prices": {"A": -1}},
        {"prices": {"A": 1.5}},
        {"prices": []},
        {"hold_seconds": 0},
        {"status": "open"},
        {"starts_at": "0001-01-01T00:00:00Z"},
    ],
)
def test_bad_input_changes_nothing(concert: Event, carol: User, client_of: ClientOf, fields: dict[str, Any]) -> None:
    response = patch(client_of(carol), concert, name="changed", **fields)
    assert response.status_code == 400
    concert.refresh_from_db()
    assert concert.name == "A concert"
    assert concert.seating_config["sections"][0]["price"] == 5000


def test_new_times_must_be_in_order_with_existing_ones(
    new_event: Callable[..., Event], carol: User, client_of: ClientOf
) -> None:
    event = new_event(starts_at=datetime(2027, 5, 1, 20, tzinfo=UTC))
    response = patch(client_of(carol), event, ends_at="2027-05-01T19:00:00Z")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "ends_at"


def test_a_seller_and_the_seating_cannot_be_changed(
    concert: Event, carol: User, dave: User, client_of: ClientOf
) -> None:
    patch(client_of(carol), concert, seller_id=dave.pk, seating_config={"rows": 1}, id=99)
    concert.refresh_from_db()
    assert concert.seller == carol
    assert concert.seating_config["rows"] == 5


@pytest.mark.parametrize(("before", "after"), list(product(EventStatus, EventStatus)))
def test_a_seller_can_request_only_the_sellers_transitions(
    concert: Event, carol: User, client_of: ClientOf, before: EventStatus, after: EventStatus
) -> None:
    Event.objects.filter(pk=concert.pk).update(status=before)
    response = patch(client_of(carol), concert, status=after.value)
    allowed = before == after or after in SELLER_TRANSITIONS.get(before, ())
    assert response.status_code == (200 if allowed else 409)
    concert.refresh_from_db()
    assert concert.status == (after if allowed else before)
    if not allowed:
        assert response.json()["code"] == "invalid_state"


def test_the_sellers_transitions_are_in_the_transition_table() -> None:
    assert set(EVENT_TRANSITIONS) == set(EventStatus)
    assert all(after <= EVENT_TRANSITIONS[before] for before, after in SELLER_TRANSITIONS.items())
