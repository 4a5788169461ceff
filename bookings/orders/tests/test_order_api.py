"""The API of orders, as clients see it."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from bookings.holds.models import Booking
from bookings.orders.models import Order
from events.models import Event

GOOD = {"card_number": "4242424242424242"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def call(user: User, method: str, path: str, body: Any = None, **headers: str) -> Any:
    client: Any = client_of(user)
    content = "" if body is None else json.dumps(body)
    return client.generic(method, f"/api/order{path}", content, "application/json", headers=headers)


def item(section: str, **fields: Any) -> dict[str, Any]:
    return {"section": section, "subsection": 1, "seat_selection_mode": "best_available", "quantity": 2, **fields}


def post(user: User, event: Event, *items: dict[str, Any], **headers: str) -> Any:
    return call(user, "POST", "", {"event_id": event.pk, "items": items}, **headers)


def test_an_order_is_made_extended_changed_paid_and_refunded(concert: Event, alice: User) -> None:
    made = post(alice, concert, item("A"), item("B"))
    assert made.status_code == 201
    order = made.json()
    path = f"/{order['id']}"
    assert made.headers["Location"] == f"/api/order{path}"
    assert (order["status"], order["total_price"], order["quantity"]) == ("pending_payment", 14_000, 4)
    assert call(alice, "GET", path).json() | {"seconds_left": 0} == order | {"seconds_left": 0}
    assert call(alice, "POST", f"{path}/extend").json()["expires_at"] > order["expires_at"]
    added = call(alice, "POST", f"{path}/items", {"items": [item("A", subsection=2)]})
    assert (added.status_code, added.json()["total_price"]) == (201, 24_000)
    removed = call(alice, "DELETE", f"{path}/items/{order['bookings'][0]['id']}").json()
    assert (removed["total_price"], [one["status"] for one in removed["bookings"]]) == (
        14_000,
        ["cancelled", "pending_payment", "pending_payment"],
    )
    paid = call(alice, "POST", f"{path}/pay", GOOD)
    assert (paid.status_code, paid.json()["status"], paid.json()["order_id"]) == (200, "paid", order["id"])
    assert call(alice, "GET", "").json()["results"][0]["status"] == "paid"
    refunded = call(alice, "POST", f"{path}/refund", **{"Idempotency-Key": "once"})
    assert (refunded.status_code, refunded.json()["status"]) == (202, "refunded")
    assert call(alice, "POST", f"{path}/refund", **{"Idempotency-Key": "once"}).status_code == 202


def test_an_order_is_cancelled(concert: Event, alice: User) -> None:
    path = f"/{post(alice, concert, item('A'), item('B')).json()['id']}"
    assert call(alice, "DELETE", path).json()["status"] == "cancelled"
    assert call(alice, "DELETE", path).status_code == 409


def test_a_refusal_names_the_item(concert: Event, alice: User, bob: User) -> None:
    post(bob, concert, item("B", seat_selection_mode="manual", seat_positions=["1-1"], quantity=1))
    taken = item("B", seat_selection_mode="manual", seat_positions=["1-1"], quantity=1)
    refused = post(alice, concert, item("A"), taken)
    assert (refused.status_code, refused.json()["code"], refused.json()["item"]) == (409, "seats_taken", 1)
    for wrong, field in (
        (item("A", quantity=0), "items.1.quantity"),
        (item("Z"), "items.1.section"),
        (item("A", price=1), "items.1.price"),
        (item("A", event_id=1), "items.1.event_id"),
    ):
        refused = post(alice, concert, item("A"), wrong)
        assert refused.status_code == 400
        assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert post(alice, concert).status_code == 400
    assert Order.objects.count() == 1


def test_a_key_stands_for_one_order_or_booking(concert: Event, alice: User) -> None:
    first = post(alice, concert, item("A"), item("B"), **{"Idempotency-Key": "k"})
    again = post(alice, concert, item("A"), item("B"), **{"Idempotency-Key": "k"})
    other = post(alice, concert, item("A"), **{"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["id"], other.status_code) == (201, first.json()["id"], 422)
    booking = {"event_id": concert.pk, **item("A")}
    response = client_of(alice).post(
        "/api/booking", booking, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert (response.status_code, Booking.objects.count()) == (422, 2)


@pytest.mark.parametrize("verb", ["pay", "extend"])
def test_a_booking_of_an_order_names_it(concert: Event, alice: User, verb: str) -> None:
    order = post(alice, concert, item("A"), item("B")).json()
    path = f"/api/booking/{order['bookings'][1]['id']}/{verb}"
    refused = client_of(alice).post(path, GOOD if verb == "pay" else {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"], refused.json()["order"]) == (
        409,
        "part_of_order",
        order["id"],
    )


def test_a_booking_that_was_made_alone_is_an_order(concert: Event, alice: User) -> None:
    booking = {"event_id": concert.pk, **item("A")}
    made = client_of(alice).post("/api/booking", booking, content_type="application/json").json()
    order = call(alice, "GET", f"/{made['id']}").json()
    assert (order["id"], order["reference"], len(order["bookings"])) == (made["id"], made["reference"], 1)
    assert call(alice, "POST", f"/{made['id']}/items", {"items": [item("B")]}).status_code == 409
    assert call(alice, "POST", f"/{made['id']}/pay", GOOD).status_code == 200
