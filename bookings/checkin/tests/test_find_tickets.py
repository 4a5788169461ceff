"""Tickets are found by number, booking and name, by gate staff of the event only."""

from collections.abc import Callable
from typing import Any

import pytest
import structlog
from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkin.find_tickets import MAX_FOUND, find_tickets
from bookings.checkin.tests.stage import codes_of, tickets_of
from bookings.holds.models import Booking
from bookings.orders.tests.stage import order_of
from bookings.payments.pay import pay_order
from bookings.payments.refund import refund_booking
from bookings.references import find_reference
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_of
from conftest import GOOD_CARD
from events.models import Event

ClientOf = Callable[[User | None], APIClient]
PaidBooking = Callable[..., Booking]
NAME = "Thorstby"  # reads as the reference THDR5T8Y
NAMES = {"jose": "José Müller-Lüdenscheidt", "li": "李明", "smith": "SMITH, John", "percent": "100% _Real_ Name"}


@pytest.fixture
def seller(carol: User, client_of: ClientOf) -> APIClient:
    return client_of(carol)


@pytest.fixture
def people(new_user: Callable[..., User], paid_booking: PaidBooking) -> dict[str, Booking]:
    """A booking of one seat for each of NAMES."""
    bookings = {}
    for row, (key, name) in enumerate(NAMES.items(), start=1):
        user = new_user(key)
        User.objects.filter(pk=user.pk).update(name=name)
        bookings[key] = paid_booking(user, f"{row}-1")
    return bookings


def search(client: APIClient, event: Event, text: Any) -> Any:
    return client.get(f"/api/event/{event.pk}/check-in/tickets", {"q": text})


def test_a_booking_lists_its_seats_with_what_happened_to_them(
    concert: Event, alice: User, seller: APIClient, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "2-1", "2-2", "2-3")
    first, second, third = tickets_of(booking)
    seller.post(f"/api/event/{concert.pk}/check-in", {"code": serial_of(second)})
    response = search(seller, concert, f" {booking.pk} ")
    body = response.json()
    assert (body["found_by"], body["more"], response["Cache-Control"]) == ("booking", False, "no-store")
    assert [(row["serial"], row["status"]) for row in body["tickets"]] == [
        (serial_of(first), "active"),
        (serial_of(second), "used"),
        (serial_of(third), "active"),
    ]
    assert body["tickets"][1]["checked_in_at"]
    place = {"section": "A", "subsection": 1, "row": 2, "seat": 1, "holder": "Alice", "booking_id": str(booking.pk)}
    numbers = {"reference": first.reference, "booking_reference": booking.reference}
    assert body["tickets"][0].items() >= (place | numbers).items()


def test_references_find_the_ticket_and_the_booking(
    concert: Event, new_event: Callable[..., Event], alice: User, seller: APIClient, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "2-1", "2-2")
    first, _ = tickets_of(booking)
    payment = booking.payments.get()
    for typed in (booking.reference, f" {booking.reference[:4].lower()}-{booking.reference[4:]}", payment.reference):
        body = search(seller, concert, typed).json()
        assert (body["found_by"], len(body["tickets"])) == ("booking", 2)
    body = search(seller, concert, first.reference.lower()).json()
    assert (body["found_by"], [row["serial"] for row in body["tickets"]]) == ("ticket", [serial_of(first)])
    for reference in (booking.reference, first.reference, payment.reference):
        body = search(seller, new_event(), reference).json()
        assert (body["found_by"], body["tickets"]) == ("name", [])


def test_a_name_that_could_be_a_reference_is_found_as_a_name(
    concert: Event, new_user: Callable[..., User], seller: APIClient, paid_booking: PaidBooking
) -> None:
    user = new_user("thorstby")
    User.objects.filter(pk=user.pk).update(name=NAME)
    booking = paid_booking(user, "1-1")
    assert find_reference(NAME) is not None
    body = search(seller, concert, NAME).json()
    assert (body["found_by"], [row["booking_id"] for row in body["tickets"]]) == ("name", [str(booking.pk)])


def test_a_number_finds_its_ticket_also_when_it_is_void(
    concert: Event, alice: User, carol: User, seller: APIClient, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "1-1")
    (ticket,) = tickets_of(booking)
    refund_booking(booking_id=booking.pk, user=carol)
    body = search(seller, concert, serial_of(ticket).lower()).json()
    assert (body["found_by"], [row["status"] for row in body["tickets"]]) == ("ticket", ["void"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jose", ["jose"]),
        ("JOSÉ", ["jose"]),
        ("muller jos", ["jose"]),
        ("john smith", ["smith"]),
        ("李明", ["li"]),
        ("100% _real", ["percent"]),
        ("100_", []),
        ("100\\", []),
        ("nobody", []),
        ("' OR 1=1", []),
    ],
)
def test_names_are_found_in_any_case_accents_and_order(
    concert: Event, seller: APIClient, people: dict[str, Booking], text: str, found: list[str]
) -> None:
    body = search(seller, concert, text).json()
    assert body["found_by"] == "name"
    assert [row["booking_id"] for row in body["tickets"]] == [str(people[key].pk) for key in found]


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("1", "the number of a ticket or a booking has 8 characters, a serial 16"),
        ("12", "the number of a ticket or a booking has 8 characters, a serial 16"),
        ("N7", "the number of a ticket or a booking has 8 characters, a serial 16"),
        ("a", "at least 3 letters of the name"),
        ("al", "at least 3 letters of the name"),
        ("李", "at least 2 characters of the name"),
        ("%%%", "the number of a ticket or a booking, or part of the holder's name"),
    ],
)
def test_who_types_too_little_reads_what_is_needed(
    concert: Event, seller: APIClient, people: dict[str, Booking], text: str, needed: str
) -> None:
    (error,) = search(seller, concert, text).json()["errors"]
    assert needed in error["detail"]
    assert ("letters" in error["detail"]) == (needed.endswith("letters of the name"))


@pytest.mark.parametrize("text", ["", " ", "a", "al", "a l", "é́", "李", "\u200b\u200b\u200b", "%%%", "x" * 151])
def test_a_text_that_is_too_short_or_too_long_gets_400_at_the_field(
    concert: Event, seller: APIClient, people: dict[str, Booking], text: str
) -> None:
    response = search(seller, concert, text)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["q"]


def test_a_missing_text_gets_400(concert: Event, seller: APIClient) -> None:
    assert seller.get(f"/api/event/{concert.pk}/check-in/tickets").status_code == 400


def test_tickets_of_other_events_are_not_found(
    concert: Event, new_event: Callable[..., Event], seller: APIClient, people: dict[str, Booking]
) -> None:
    other = new_event()
    for text in ("jose", str(people["jose"].pk), serial_of(tickets_of(people["jose"])[0])):
        assert search(seller, concert, text).json()["tickets"]
        assert search(seller, other, text).json()["tickets"] == []


def test_only_staff_of_this_event_can_search(
    concert: Event, people: dict[str, Booking], dave: User, alice: User, client_of: ClientOf
) -> None:
    for user, status in ((dave, 403), (alice, 403), (None, 401)):
        response = search(client_of(user), concert, "jose")
        assert response.status_code == status
        assert "José" not in response.content.decode()


def test_the_number_of_results_is_limited(
    new_event: Callable[..., Event], alice: User, seller: APIClient, paid_booking: PaidBooking
) -> None:
    event = new_event(rows=4, cols=20, max_tickets_per_booking=80)
    paid_booking(alice, quantity=MAX_FOUND + 1, event=event)
    body = search(seller, event, "alice").json()
    assert (len(body["tickets"]), body["more"]) == (MAX_FOUND, True)


def test_a_search_is_logged_without_the_name(concert: Event, seller: APIClient, people: dict[str, Booking]) -> None:
    with structlog.testing.capture_logs() as lines:
        search(seller, concert, "jose")
    (line,) = [line for line in lines if line["event"] == "tickets_searched"]
    assert (line["event_id"], line["found_by"], line["found"]) == (concert.pk, "name", 1)
    assert "jose" not in str(line).lower()


def test_the_codes_are_not_in_the_response(concert: Event, seller: APIClient, people: dict[str, Booking]) -> None:
    (code,) = codes_of(people["jose"])
    assert code not in search(seller, concert, "jose").content.decode()
    assert Admission.objects.filter(status="used").count() == 0


def test_people_who_bought_together_are_found_together(concert: Event, alice: User, carol: User) -> None:
    order = order_of(alice, concert, "A1", "B1")
    pay_order(order_id=order[0].order_id, buyer_id=alice.pk, card_number=GOOD_CARD)
    for text in (order[0].reference, order[1].reference, str(order[0].order_id), str(order[1].pk)):
        found = find_tickets(event=concert, text=text, by=carol)
        assert (found.by, len(found.tickets), {ticket.booking_id for ticket in found.tickets}) == (
            "booking", 4, {booking.pk for booking in order}
        )  # fmt: skip
