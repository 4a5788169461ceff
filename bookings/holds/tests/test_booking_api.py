"""Status codes, response bodies and permissions of the bookings API."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from events.models import Event

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]
FIELDS = {
    "id", "reference", "event_id", "event_name", "venue_name", "buyer_id", "section", "subsection", "quantity",
    "seat_selection_mode", "subsection_kind", "seat_positions", "seat_kinds", "seat_notes", "total_price", "currency",
    "status", "expires_at", "seconds_left", "created_at", "paid_at", "failure",
}  # fmt: skip


def body(event: Event, **fields: Any) -> dict[str, Any]:
    best = {"section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 2}
    return {"event_id": event.pk, **best, **fields}


def test_a_hold_responds_201_with_the_booking_and_its_seats(concert: Event, alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).post("/api/booking", body(concert))
    booking = response.json()
    tickets = booking.pop("tickets")
    assert response.status_code == 201
    assert response["Location"] == f"/api/booking/{booking['id']}"
    assert set(booking) == FIELDS
    assert uuid.UUID(booking["id"]).version == 7
    assert booking["reference"] == Booking.objects.get().reference
    assert booking["seat_positions"] == ["1-1", "1-2"]
    assert (booking["total_price"], booking["currency"], booking["status"]) == (10_000, "USD", "pending_payment")
    assert booking["seconds_left"] == 300
    assert (booking["paid_at"], booking["failure"]) == (None, None)
    assert [(t["row"], t["seat"], t["status"], t["price"]) for t in tickets] == [
        (1, 1, "reserved", 5000),
        (1, 2, "reserved", 5000),
    ]


def test_named_seats_are_held_as_named(concert: Event, alice: User, client_of: ClientOf) -> None:
    data = body(concert, seat_selection_mode="manual", seat_positions=["3-4", "3-5"])
    assert client_of(alice).post("/api/booking/", data).json()["seat_positions"] == ["3-4", "3-5"]


def test_a_taken_seat_responds_409_with_its_name(
    concert: Event, alice: User, bob: User, client_of: ClientOf, hold: Hold
) -> None:
    hold(alice, "1-1")
    data = body(concert, seat_selection_mode="manual", seat_positions=["1-1", "1-2"])
    response = client_of(bob).post("/api/booking", data)
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert (response.json()["code"], response.json()["seats"]) == ("seats_taken", ["1-1"])


def test_only_buyers_can_book(concert: Event, carol: User, client_of: ClientOf) -> None:
    anonymous = client_of(None).post("/api/booking", body(concert))
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "not_authenticated")
    assert client_of(carol).post("/api/booking", body(concert)).status_code == 403
    assert not Booking.objects.exists()


def test_an_unknown_event_is_404(db: None, alice: User, client_of: ClientOf) -> None:
    body = {"event_id": 999, "section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 1}
    assert client_of(alice).post("/api/booking", body).status_code == 404


def test_names_are_found_however_their_accents_are_written(
    new_drawn_event: Callable[..., Event], carol: User, alice: User, client_of: ClientOf
) -> None:
    grid = {"rows": 1, "seats": 3, "row_labels": ["E\u0301"]}
    sections = [{"name": "Caf\u00e9", "subsections": [{"category": "Caf\u00e9", "grid": grid}]}]
    plan = {"format": 1, "name": "Hall", "categories": [{"name": "Cafe\u0301"}], "sections": sections}
    event = new_drawn_event(plan)
    names = ["E\u0301-1", "\u00c9-2"]
    where = {"section": "Cafe\u0301", "subsection": 1, "seat_positions": names}
    chosen = {**where, "seat_selection_mode": "manual", "quantity": 2}
    made = client_of(alice).post("/api/booking", body(event, **chosen))
    assert (made.status_code, made.json()["seat_positions"]) == (201, ["\u00c9-1", "\u00c9-2"])
    blocked = client_of(carol).post(f"/api/event/{event.pk}/block", {**where, "seat_positions": ["E\u0301-3"]})
    assert blocked.json()["available"] == 0
    price = client_of(carol).patch(f"/api/event/{event.pk}", {"prices": {"Cafe\u0301": 4500}}, format="json")
    assert price.json()["seating_config"]["prices"] == {"Caf\u00e9": 4500}


@pytest.mark.parametrize(
    ("quantity", "fields", "detail"),
    [
        (2, {"seat_positions": ["1-1"]}, "2 seats are requested, but 1 is named."),
        (1, {"seat_positions": []}, "1 seat is requested, but none is named."),
        (1, {"seat_positions": ["1-1", "1-2"]}, "1 seat is requested, but 2 are named."),
        (1, {"seat_selection_mode": "best_available", "accessible": 2}, "Only 1 seat is requested."),
    ],
)
def test_numbers_and_verbs_agree(
    concert: Event, alice: User, client_of: ClientOf, quantity: int, fields: dict[str, Any], detail: str
) -> None:
    wanted = {"seat_selection_mode": "manual", "quantity": quantity, **fields}
    response = client_of(alice).post("/api/booking", body(concert, **wanted))
    assert [problem["detail"] for problem in response.json()["errors"]] == [detail]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"event_id": "x"}, "event_id"),
        ({"event_id": None}, "event_id"),
        ({"event_id": 10**30}, "event_id"),
        ({"section": ""}, "section"),
        ({"section": {"a": 1}}, "section"),
        ({"section": "Z"}, "section"),
        ({"subsection": 0}, "subsection"),
        ({"subsection": 1.5}, "subsection"),
        ({"subsection": 10**12}, "subsection"),
        ({"seat_selection_mode": "worst"}, "seat_selection_mode"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 11}, "quantity"),
        ({"quantity": "two"}, "quantity"),
        ({"seat_positions": ["1-1", "1-2"]}, "seat_positions"),
        ({"seat_selection_mode": "manual"}, "seat_positions"),
        ({"seat_selection_mode": "manual", "seat_positions": ["1-1"]}, "seat_positions"),
        ({"seat_selection_mode": "manual", "seat_positions": ["1-1", "99-1"]}, "seat_positions.1"),
        ({"seat_selection_mode": "manual", "seat_positions": ["1-1", "1-1"]}, "seat_positions.1"),
        ({"seat_selection_mode": "manual", "seat_positions": ["1-1", 7]}, "seat_positions.1"),
        ({"seat_selection_mode": "manual", "seat_positions": "1-1"}, "seat_positions"),
    ],
)
def test_bad_input_names_the_field(
    concert: Event, alice: User, client_of: ClientOf, fields: dict[str, Any], field: str
) -> None:
    response = client_of(alice).post("/api/booking", body(concert, **fields))
    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"
    assert field in [problem["field"] for problem in response.json()["errors"]]
    assert not Booking.objects.exists()


def test_more_holds_than_allowed_are_429_with_retry_after(
    concert: Event, alice: User, client_of: ClientOf, hold: Hold
) -> None:
    for _ in range(3):
        hold(alice)
    response = client_of(alice).post("/api/booking", body(concert))
    assert (response.status_code, response.json()["code"]) == (429, "too_many_holds")
    assert 0 < int(response["Retry-After"]) == response.json()["retry_after"] <= 301


def test_an_idempotency_key_makes_one_booking(concert: Event, alice: User, client_of: ClientOf) -> None:
    client, headers = client_of(alice), {"Idempotency-Key": "abc"}
    first = client.post("/api/booking", body(concert), headers=headers)
    again = client.post("/api/booking", body(concert), headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = client.post("/api/booking", body(concert, quantity=1), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert client.post("/api/booking", body(concert), headers={"Idempotency-Key": "x" * 256}).status_code == 400
    assert Booking.objects.count() == 1


def test_buyer_and_seller_see_a_booking_and_nobody_else(
    concert: Event, alice: User, bob: User, carol: User, dave: User, olga: User, client_of: ClientOf, hold: Hold
) -> None:
    url = f"/api/booking/{hold(alice).pk}/"
    seen = [client_of(user).get(url).status_code for user in (alice, carol, olga, bob, dave, None)]
    assert seen == [200, 200, 200, 404, 404, 401]
    assert client_of(alice).get(f"/api/booking/{uuid.uuid4()}").status_code == 404
    assert client_of(alice).get("/api/booking/not-an-id").status_code == 404


def test_buyers_list_their_own_bookings_and_sellers_those_of_their_events(
    concert: Event, alice: User, bob: User, carol: User, dave: User, client_of: ClientOf, hold: Hold, paid_booking: Hold
) -> None:
    mine, paid = hold(alice), paid_booking(bob)

    def listed(user: User, path: str = "") -> set[str]:
        page = client_of(user).get(f"/api/booking{path}").json()
        assert page["count"] == len(page["results"])
        assert all(set(booking) == FIELDS for booking in page["results"])
        return {booking["id"] for booking in page["results"]}

    assert listed(alice) == listed(alice, "/my_booking/") == {str(mine.pk)}
    assert listed(carol) == {str(mine.pk), str(paid.pk)}
    assert listed(dave) == set()
    assert listed(carol, "?booking_status=paid") == {str(paid.pk)}
    assert listed(alice, f"?reference={mine.reference.lower()}") == {str(mine.pk)}
    assert listed(carol, f"?reference={paid.admissions.earliest('position').reference}") == {str(paid.pk)}
    assert listed(carol, f"?reference={mine.reference}&booking_status=paid") == set()
    assert listed(dave, f"?reference={mine.reference}") == set()
    assert client_of(alice).get("/api/booking?booking_status=lost").status_code == 400
    mistyped = client_of(alice).get("/api/booking?reference=2CAF-4CAF")
    assert (mistyped.status_code, mistyped.json()["errors"][0]["field"]) == (400, "reference")
    assert client_of(None).get("/api/booking").status_code == 401


def test_a_list_takes_the_same_number_of_queries_at_any_length(
    concert: Event, alice: User, client_of: ClientOf, hold: Hold, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(3):
        hold(alice)
    client = client_of(alice)
    with django_assert_num_queries(4):  # session, user, number of bookings, one page of them
        client.get("/api/booking")


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_hold_is_cancelled(concert: Event, alice: User, client_of: ClientOf, hold: Hold, method: str) -> None:
    client, url = client_of(alice), f"/api/booking/{hold(alice).pk}"
    response = client.patch(url, {"status": "cancelled"}) if method == "patch" else client.delete(url)
    assert (response.status_code, response.json()["status"], response.json()["seconds_left"]) == (200, "cancelled", 0)
    again = client.delete(url)
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")


@pytest.mark.parametrize("body", [{}, {"status": "paid"}, {"status": None}, {"total_price": 1}, []])
def test_nothing_else_can_be_patched(concert: Event, alice: User, client_of: ClientOf, hold: Hold, body: Any) -> None:
    booking = hold(alice)
    assert client_of(alice).patch(f"/api/booking/{booking.pk}", body).status_code == 400
    booking.refresh_from_db()
    assert (booking.status, booking.total_price) == ("pending_payment", 10_000)


def test_other_users_get_404_and_the_seller_403_for_every_method(
    concert: Event, alice: User, bob: User, carol: User, client_of: ClientOf, hold: Hold
) -> None:
    url = f"/api/booking/{hold(alice).pk}"
    for user, status, code in ((bob, 404, "not_found"), (carol, 403, "not_owner")):
        client = client_of(user)
        responses = [
            client.delete(url),
            client.patch(url, {"status": "cancelled"}),
            client.post(f"{url}/extend"),
            client.post(f"{url}/pay", {"card_number": "4242424242424242"}),
        ]
        assert [(a.status_code, a.json()["code"]) for a in responses] == [(status, code)] * 4


def test_a_hold_is_extended_once(concert: Event, alice: User, client_of: ClientOf, hold: Hold) -> None:
    client, url = client_of(alice), f"/api/booking/{hold(alice).pk}/extend"
    response = client.post(url)
    assert response.status_code == 200
    assert 595 <= response.json()["seconds_left"] <= 600
    assert client.post(url).status_code == 409


def test_paying_responds_with_the_payment(concert: Event, alice: User, client_of: ClientOf, hold: Hold) -> None:
    client, booking = client_of(alice), hold(alice)
    response = client.post(f"/api/booking/{booking.pk}/pay", {"card_number": "4242 4242-4242 4242"})
    assert response.status_code == 200
    assert set(response.json()) == {"booking_id", "payment_id", "reference", "status", "paid_at", "next_url"}
    assert (response.json()["booking_id"], response.json()["status"]) == (str(booking.pk), "paid")
    again = client.post(f"/api/booking/{booking.pk}/pay", {"card_number": "4242424242424242"})
    assert (again.status_code, again.json()["code"]) == (409, "already_paid")
    assert client.get(f"/api/booking/{booking.pk}").json()["tickets"][0]["status"] == "sold"


def test_a_declined_card_is_402(concert: Event, alice: User, client_of: ClientOf, hold: Hold) -> None:
    response = client_of(alice).post(f"/api/booking/{hold(alice).pk}/pay", {"card_number": "4000000000000002"})
    assert (response.status_code, response.json()["code"]) == (402, "payment_declined")
    assert "declined" in response.json()["detail"]


@pytest.mark.parametrize(
    "number",
    ["", "4242", "4242424242424241", "x" * 16, "4242424242424242424242", 5, None, "４２４２４２４２４２４２４２４２"],
)
def test_an_invalid_card_number_is_400(
    concert: Event, alice: User, client_of: ClientOf, hold: Hold, number: Any
) -> None:
    response = client_of(alice).post(f"/api/booking/{hold(alice).pk}/pay", {"card_number": number})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "card_number"


def test_no_card_number_is_stored(concert: Event, alice: User, paid_booking: Hold) -> None:
    payment = paid_booking(alice).payments.get()
    assert payment.card_last4 == "4242"
    assert not any("4242424242" in str(value) for value in vars(payment).values())
