"""Holds on a seating plan: seats by their names, tables, standing areas, and what the booking keeps."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from bookings.errors import WouldLeaveSingleSeat
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import accept_hold_request, allocate_seats
from bookings.invariants import check_invariants
from bookings.states import BookingStatus, SelectionMode
from core.errors import BadInput
from events.errors import NotEnoughSeats, SeatsTaken
from events.models import Event, SeatChange, Subsection

pytestmark = pytest.mark.django_db(transaction=True)
Hold = Callable[..., Booking]
Client = Callable[..., Any]

STALLS = {"section": "Parkett links", "subsection": 1}
BALCONY = {"section": "Parkett links", "subsection": 2}
CABARET = {"section": "Cabaret", "subsection": 1}
FLOOR = {"section": "Floor", "subsection": 1}


@pytest.fixture
def hold_in(opera: Event) -> Hold:
    """A function that holds seats at the opera: named ones, or the best `quantity`."""

    def make(buyer: User, where: dict[str, Any], *seats: str, quantity: int = 0, **more: Any) -> Booking:
        mode = SelectionMode.MANUAL if seats else SelectionMode.BEST_AVAILABLE
        hold_request = HoldRequest(opera.pk, where["section"], where["subsection"], mode, len(seats) or quantity)
        return hold_seats(buyer_id=buyer.pk, hold_request=_with(hold_request, seats=list(seats), **more))

    return make


def _with(hold_request: HoldRequest, **fields: Any) -> HoldRequest:
    names = ("event_id", "section", "subsection", "mode", "quantity", "seats", "accessible")
    return HoldRequest(**{name: getattr(hold_request, name) for name in names} | fields)


def held(booking: Booking) -> list[str]:
    assert booking.seat_names is not None
    return booking.seat_names


def field_of(refusal: BadInput) -> tuple[str, str]:
    problem = refusal.extra["errors"][0]
    return problem["field"], problem["code"]


def test_seats_are_held_by_the_names_that_people_see(hold_in: Hold, alice: User, bob: User) -> None:
    booking = hold_in(alice, STALLS, "B-2", "B-1")
    stored = Booking.objects.get()
    for each in (booking, stored):
        assert (each.seat_names, each.row_numbers, each.seat_numbers) == (["B-2", "B-1"], [2, 2], [2, 1])
        assert (each.seat_prices, each.unit_price, each.total_price) == (None, 5000, 10000)
    with pytest.raises(SeatsTaken) as refusal:
        hold_in(bob, STALLS, "B-1", "A-5")
    assert refusal.value.extra["seats"] == ["B-1"]
    assert not any(check_invariants().values())


def test_the_response_to_a_hold_shows_names_and_labels_without_further_queries(
    client_of: Client, opera: Event, alice: User, django_assert_num_queries: Any
) -> None:
    body = {
        "event_id": opera.pk,
        **STALLS,
        "seat_selection_mode": "manual",
        "quantity": 2,
        "seat_positions": ["D-6", "D-7"],
    }
    client = client_of(alice)
    created = client.post("/api/booking", body, format="json").json()
    assert created["seat_positions"] == ["D-6", "D-7"]
    assert [(t["row"], t["seat"], t["row_label"], t["seat_label"], t["price"]) for t in created["tickets"]] == [
        (4, 5, "D", "6", 5000),
        (4, 6, "D", "7", 3000),
    ]
    assert created["total_price"] == 8000
    with django_assert_num_queries(4):
        listed = client.get("/api/booking").json()
    assert listed["results"][0]["seat_positions"] == ["D-6", "D-7"]


def test_seats_with_several_prices_keep_each_and_the_sum(hold_in: Hold, alice: User) -> None:
    booking = hold_in(alice, STALLS, "D-7", "D-6")
    assert (booking.seat_prices, booking.unit_price, booking.total_price) == ([3000, 5000], 3000, 8000)
    assert hold_in(alice, STALLS, "C-1").seat_prices is None


@pytest.mark.parametrize(
    ("seats", "problem"),
    [
        (["Z-1"], ("seat_positions.0", "invalid")),
        (["A-3", "A-33"], ("seat_positions.1", "invalid")),
        (["a-3"], ("seat_positions.0", "invalid")),
        (["A-3 "], ("seat_positions.0", "invalid")),
        (["A3"], ("seat_positions.0", "invalid")),
        (["A-3", "A-3"], ("seat_positions.1", "duplicate")),
        (["x" * 41 + "-1"], ("seat_positions.0", "invalid")),
        (["1-3"], ("seat_positions.0", "invalid")),
    ],
)
def test_names_that_the_block_does_not_have_are_refused(
    hold_in: Hold, alice: User, seats: list[str], problem: tuple[str, str]
) -> None:
    with pytest.raises(BadInput) as refusal:
        hold_in(alice, STALLS, *seats)
    assert field_of(refusal.value) == problem
    assert not Booking.objects.exists()


def test_names_with_letters_are_unknown_without_a_plan(hold: Hold, alice: User) -> None:
    with pytest.raises(BadInput) as refusal:
        hold(alice, "1-1", "A-2")
    assert field_of(refusal.value) == ("seat_positions.1", "invalid")


def test_the_best_seats_are_nearest_to_the_focal_point_and_no_aisle_divides_them(hold_in: Hold, alice: User) -> None:
    assert held(hold_in(alice, STALLS, quantity=2)) == ["A-4", "A-5"]
    assert held(hold_in(alice, STALLS, quantity=3)) == ["B-1", "B-2", "B-3"]


def test_companions_and_restricted_seats_are_given_as_their_kinds_say(
    hold_in: Hold, alice: User, bob: User, opera: Event
) -> None:
    Event.objects.update(max_tickets_per_booking=30, max_active_holds=30)
    assert held(hold_in(alice, STALLS, quantity=2, accessible=1)) == ["A-1", "A-2"]
    names = held(hold_in(bob, STALLS, quantity=22))
    assert "C-8" not in names
    assert held(hold_in(bob, STALLS, quantity=1)) == ["C-8"]
    with pytest.raises(NotEnoughSeats):
        hold_in(bob, STALLS, quantity=1)
    assert not any(check_invariants().values())


def test_nobody_else_is_given_a_companions_seat(hold_in: Hold, alice: User) -> None:
    Event.objects.update(max_tickets_per_booking=30)
    with pytest.raises(NotEnoughSeats):
        hold_in(alice, STALLS, quantity=24)


def test_a_whole_table_is_never_sold_in_part(hold_in: Hold, alice: User, bob: User) -> None:
    with pytest.raises(BadInput) as refusal:
        hold_in(alice, CABARET, "T1-1", "T1-2", "T2-1")
    assert field_of(refusal.value) == ("seat_positions", "whole_table")
    assert "T1-3, T1-4" in refusal.value.extra["errors"][0]["detail"]
    assert not Booking.objects.exists()
    with pytest.raises(NotEnoughSeats, match="can't offer that many seats"):  # although they are free
        hold_in(alice, CABARET, quantity=8)
    assert held(hold_in(alice, CABARET, "T1-4", "T1-1", "T1-2", "T1-3")) == ["T1-4", "T1-1", "T1-2", "T1-3"]
    assert held(hold_in(bob, CABARET, quantity=3)) == ["T2-4", "T2-5", "T2-6"]  # nearest to the stage
    assert held(hold_in(bob, CABARET, quantity=4)) == ["T3-1", "T3-2", "T3-3", "T3-4"]
    with pytest.raises(NotEnoughSeats):
        hold_in(bob, CABARET, quantity=4)


def test_a_standing_area_gives_its_first_free_places(hold_in: Hold, alice: User, bob: User) -> None:
    first = hold_in(alice, FLOOR, quantity=3)
    assert (first.positions, first.seat_names, first.total_price) == ([0, 1, 2], None, 4500)
    assert hold_in(bob, FLOOR, quantity=2).positions == [3, 4]
    with pytest.raises(NotEnoughSeats, match="does not have that many free places"):
        hold_in(bob, FLOOR, quantity=8)
    with pytest.raises(NotEnoughSeats, match="no wheelchair places"):
        hold_in(bob, FLOOR, quantity=1, accessible=1)
    assert Subsection.objects.get(section="Floor").available == 7


def test_places_of_a_standing_area_can_not_be_named(hold_in: Hold, alice: User) -> None:
    with pytest.raises(BadInput) as refusal:
        hold_in(alice, FLOOR, "1-1")
    assert field_of(refusal.value) == ("seat_selection_mode", "standing_area")


def test_tickets_of_a_standing_area_have_no_labels(client_of: Client, opera: Event, alice: User) -> None:
    body = {"event_id": opera.pk, **FLOOR, "seat_selection_mode": "best_available", "quantity": 1}
    created = client_of(alice).post("/api/booking", body, format="json").json()
    assert created["seat_positions"] == ["1-1"]
    assert (created["tickets"][0]["row_label"], created["tickets"][0]["seat_label"]) == ("", "")


def test_a_choice_that_leaves_a_single_seat_is_refused_with_its_name(hold_in: Hold, alice: User) -> None:
    Event.objects.update(allow_single_gaps=False)
    with pytest.raises(WouldLeaveSingleSeat) as refusal:
        hold_in(alice, STALLS, "B-2", "B-3")
    assert refusal.value.extra["seats"] == ["B-1"]
    hold_in(alice, STALLS, "A-4", "A-5")  # beside them is only a companion's seat, across the aisle nothing


def test_a_request_for_later_is_held_by_its_names(opera: Event, alice: User) -> None:
    names = HoldRequest(opera.pk, "Parkett links", 1, SelectionMode.MANUAL, 2, ["D-7", "D-6"])
    best = HoldRequest(opera.pk, "Parkett links", 1, SelectionMode.BEST_AVAILABLE, 2)
    accepted = [accept_hold_request(buyer_id=alice.pk, hold_request=each) for each in (names, best)]
    assert [booking.seat_names for booking in accepted] == [["D-7", "D-6"], None]
    for booking in accepted:
        allocate_seats(booking_id=booking.pk)
    stored = Booking.objects.order_by("created_at")
    assert [booking.seat_names for booking in stored] == [["D-7", "D-6"], ["A-4", "A-5"]]
    assert [booking.total_price for booking in stored] == [8000, 10000]
    assert {booking.status for booking in stored} == {BookingStatus.PENDING_PAYMENT}
    assert not any(check_invariants().values())


def test_house_seats_are_blocked_from_the_start(hold_in: Hold, alice: User, opera: Event) -> None:
    with pytest.raises(SeatsTaken) as refusal:
        hold_in(alice, STALLS, "D-8")
    assert refusal.value.extra["seats"] == ["D-8"]
    stalls = Subsection.objects.get(section="Parkett links", number=1)
    assert (stalls.available, stalls.blocked, stalls.version) == (25, 1, 1)
    assert [(change.kind, change.positions) for change in SeatChange.objects.all()] == [("blocked", [25])]
    assert not any(check_invariants().values())
