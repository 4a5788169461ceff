"""GET …/seats/{row-seat}/story: only for the event's seller and operators."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.cancel import cancel_booking
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from events.inventory.blocking import block_seats
from events.models import Event, SeatChange

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]


def path(event: Event, seat: str = "1-2", section: str = "A", number: int = 1) -> str:
    return f"/api/event/{event.pk}/sections/{section}/subsection/{number}/seats/{seat}/story"


def test_the_seller_and_operators_read_the_history_of_a_seat(
    concert: Event, hold: Hold, alice: User, carol: User, olga: User, client_of: ClientOf
) -> None:
    booking = hold(alice, "1-1", "1-2")
    cancel_booking(booking_id=booking.pk, buyer=alice)
    block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=["1-2"])
    held, cancelled, blocked = (change.at for change in SeatChange.objects.order_by("version"))
    of_booking = {
        "booking_id": str(booking.pk),
        "booking_reference": booking.reference,
        "buyer": {"name": "Alice", "email": "alice@example.com"},
        "by": None,
    }
    for user in (carol, olga):
        response = client_of(user).get(path(concert))
        assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
        assert response.json() == {
            "event_id": concert.pk,
            "section": "A",
            "subsection": 1,
            "row": 1,
            "seat": 2,
            "row_label": "1",
            "seat_label": "2",
            "status": "blocked",
            "entries": [
                {
                    "at": rfc(held),
                    "kind": "held",
                    "text": "Held by Alice (alice@example.com), with 1-1.",
                    "version": 1,
                    **of_booking,
                },
                {
                    "at": rfc(cancelled),
                    "kind": "cancelled",
                    "text": "The hold of Alice (alice@example.com) was cancelled; the seat was free again.",
                    "version": 2,
                    **of_booking,
                },
                {
                    "at": rfc(blocked),
                    "kind": "blocked",
                    "text": "Taken out of sale.",
                    "version": 3,
                    "booking_id": None,
                    "booking_reference": None,
                    "buyer": None,
                    "by": None,
                },
            ],
        }


def rfc(moment) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_the_person_who_made_a_refund_is_named(
    concert: Event, paid_booking: Hold, alice: User, carol: User, client_of: ClientOf
) -> None:
    refund_booking(booking_id=paid_booking(alice, "1-2").pk, user=carol)
    entries = client_of(carol).get(path(concert)).json()["entries"]
    assert {entry["kind"]: entry["by"] for entry in entries if entry["by"]} == {"refund_promised": "Carol"}


def test_other_users_cannot_read_the_history(
    concert: Event, hold: Hold, alice: User, dave: User, client_of: ClientOf
) -> None:
    hold(alice, "1-2")
    for user, status, code in (
        (None, 401, "not_authenticated"),
        (alice, 403, "permission_denied"),
        (dave, 403, "permission_denied"),
    ):
        response = client_of(user).get(path(concert))
        assert (response.status_code, response.json()["code"]) == (status, code)


def test_another_sellers_draft_is_not_found(new_event: Callable[..., Event], dave: User, client_of: ClientOf) -> None:
    assert client_of(dave).get(path(new_event(draft=True))).status_code == 404


@pytest.mark.parametrize("seat", ["6-1", "1-11", "0-1", "1", "a-b", "1-1-1", "9999999999-1", "%00", "١-١"])
def test_an_unknown_seat_is_not_found(concert: Event, carol: User, client_of: ClientOf, seat: str) -> None:
    response = client_of(carol).get(path(concert, seat))
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("section", "number"), [("Z", 1), ("A", 3), ("A", 0), ("A", 10**20)])
def test_an_unknown_subsection_is_not_found(
    concert: Event, carol: User, client_of: ClientOf, section: str, number: int
) -> None:
    assert client_of(carol).get(path(concert, section=section, number=number)).status_code == 404


def test_the_path_works_with_and_without_a_trailing_slash(concert: Event, carol: User, client_of: ClientOf) -> None:
    assert client_of(carol).get(path(concert) + "/").json() == client_of(carol).get(path(concert)).json()
