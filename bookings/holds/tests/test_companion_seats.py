"""Companions' seats are sold only together with wheelchair places, unless the seller releases them."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from bookings.errors import NeedsWheelchairPlace
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import accept_hold_request, allocate_seats
from bookings.invariants import check_invariants
from bookings.states import BookingStatus, SelectionMode
from bookings.testing.surgery import altered
from events.lifecycle.change import change_event
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
Client = Callable[..., Any]

MANUAL, BEST = SelectionMode.MANUAL, SelectionMode.BEST_AVAILABLE
SENTENCE = (
    "Companion seats are sold only together with wheelchair places. Also choose a wheelchair place for A-2, or leave it"
    " out."
)


def named(event: Event, *seats: str) -> HoldRequest:
    """A request for seats of the block whose seat A-1 is a wheelchair place, and A-2 its companion's seat."""
    return HoldRequest(event.pk, "Parkett links", 1, MANUAL, len(seats), list(seats))


def hold_named(buyer: User, event: Event, *seats: str) -> list[str] | None:
    return hold_seats(buyer_id=buyer.pk, hold_request=named(event, *seats)).seat_names


def body_of(event: Event, *seats: str) -> dict[str, Any]:
    block = {"event_id": event.pk, "section": "Parkett links", "subsection": 1}
    return {**block, "seat_selection_mode": "manual", "quantity": len(seats), "seat_positions": list(seats)}


def test_a_companions_seat_alone_is_refused_with_its_name(client_of: Client, opera: Event, alice: User) -> None:
    client = client_of(alice)
    for seats in (["A-2"], ["A-2", "A-3"]):
        response = client.post("/api/booking", body_of(opera, *seats), format="json")
        problem = response.json()
        assert (response.status_code, problem["code"], problem["seats"]) == (409, "needs_wheelchair_place", ["A-2"])
        assert problem["detail"] == SENTENCE
    assert not Booking.objects.exists()
    response = client.post("/api/booking", body_of(opera, "A-2", "A-1", "A-3"), format="json")
    assert (response.status_code, response.json()["seat_positions"]) == (201, ["A-2", "A-1", "A-3"])


def test_a_companions_seat_is_refused_before_it_is_known_whether_it_is_free(
    opera: Event, alice: User, bob: User
) -> None:
    hold_named(alice, opera, "A-1", "A-2")
    with pytest.raises(NeedsWheelchairPlace):
        hold_named(bob, opera, "A-2")
    with pytest.raises(NeedsWheelchairPlace):
        accept_hold_request(buyer_id=bob.pk, hold_request=named(opera, "A-2"))


def test_a_seller_releases_companions_seats_and_takes_it_back(opera: Event, alice: User, bob: User) -> None:
    seller = opera.seller
    change_event(event_id=opera.pk, seller=seller, release_companion_seats=True)
    assert hold_named(alice, opera, "A-2") == ["A-2"]
    best = HoldRequest(opera.pk, "Parkett links", 1, BEST, 1, accessible=1)
    assert hold_seats(buyer_id=bob.pk, hold_request=best).seat_names == ["A-1"]
    assert not any(check_invariants().values())
    change_event(event_id=opera.pk, seller=seller, release_companion_seats=False)
    with pytest.raises(NeedsWheelchairPlace):
        hold_named(alice, opera, "A-2")


def test_a_request_for_later_fails_if_the_seats_are_no_longer_released(opera: Event, alice: User) -> None:
    Event.objects.update(release_companion_seats=True)
    booking = accept_hold_request(buyer_id=alice.pk, hold_request=named(opera, "A-2"))
    Event.objects.update(release_companion_seats=False)
    allocate_seats(booking_id=booking.pk)
    booking.refresh_from_db()
    assert (booking.status, booking.failure) == (BookingStatus.FAILED, SENTENCE)


def test_a_seat_that_becomes_a_companions_seat_before_the_lock_is_refused(opera: Event, alice: User) -> None:
    """Taking over another version of the plan changes kinds of seats, but not the version of the block."""
    becomes_one = (
        "IF hold_mode = 'accept' THEN\n        SELECT s.price",
        "UPDATE events_layout l SET companions = companions || 2, run_letters[array_position(run_starts, 2)] = 'c'"
        " WHERE l.event_id = wanted_event AND l.subsection_id = unlocked.id;"
        " IF hold_mode = 'accept' THEN\n        SELECT s.price",
    )
    with altered("bookings_hold", becomes_one), pytest.raises(NeedsWheelchairPlace) as refusal:
        hold_named(alice, opera, "A-3")
    assert refusal.value.extra["seats"] == ["A-3"]
    assert not Booking.objects.exists()
