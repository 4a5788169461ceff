"""What the places of a booking are called: in a grid, in a block of a seating plan, in a standing area."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from bookings.holds.places import (
    block_name,
    counts_by_price,
    label_ranges,
    lines,
    lines_by_price,
    names_of,
    place_at,
    places_of,
    places_text,
    prices_text,
    ranges,
)
from bookings.testing.plans import as_drawn, as_standing
from events.models import Subsection

Hold = Callable[..., Booking]
ClientOf = Callable[[User | None], APIClient]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        ([4], "4"),
        ([4, 5], "4 and 5"),
        ([1, 3], "1 and 3"),
        ([1, 2, 3], "1–3"),
        ([1, 2, 3, 7, 8, 10], "1–3, 7, 8 and 10"),
    ],
)
def test_seats_are_shown_as_people_say_them(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (["12", "11", "10"], "10–12"),  # numbered from the right
        (["9", "10", "101"], "9, 10 and 101"),
        (["101", "103", "105"], "101, 103 and 105"),
        (["12", "12a", "14"], "12, 12a and 14"),
        (["02", "03", "04"], "02, 03 and 04"),
        (["٣", "٤", "٥"], "٣, ٤ and ٥"),
        (["B"], "B"),
    ],
)
def test_only_runs_of_plain_numbers_are_shortened(labels: list[str], text: str) -> None:
    assert label_ranges(labels) == text


def test_places_of_a_grid_are_named_after_their_positions(hold: Hold, alice: User) -> None:
    booking = Booking.objects.for_display().get(pk=hold(alice, "2-4", "2-5", "3-1").pk)
    assert block_name(booking.subsection).text == "Section A, block 1"
    assert names_of(booking) == ["2-4", "2-5", "3-1"]
    assert places_of(booking)[2] == ("grid", "3-1", 3, 1, "3", "1")
    assert places_text(booking) == "row 2, seats 4 and 5; row 3, seat 1"
    assert [line.price for line in lines(booking)] == [10_000, 5_000]
    assert prices_text(booking) == "$50.00"


def test_places_of_a_plan_have_the_names_that_the_booking_keeps(hold: Hold, alice: User) -> None:
    booking = as_drawn(hold(alice, "2-4", "2-5", "3-1"), "AA-101", "AA-102", "Loge 3-1b")
    assert [place.row_label for place in places_of(booking)] == ["AA", "AA", "Loge 3"]
    assert places_text(booking) == "row AA, seats 101 and 102; row Loge 3, seat 1b"
    last = place_at(booking, booking.subsection, booking.positions[2])
    assert (last.name, last.row, last.seat, last.text) == ("Loge 3-1b", 3, 3, "row Loge 3, seat 1b")


def test_a_row_label_may_have_hyphens(hold: Hold, alice: User) -> None:
    booking = as_drawn(hold(alice, "1-1"), "A-Rang-7")
    assert places_text(booking) == "row A-Rang, seat 7"


def test_a_section_of_a_plan_is_called_by_its_name_and_only_further_blocks_by_their_number(
    hold: Hold, alice: User
) -> None:
    block = as_drawn(hold(alice, "1-1"), "AA-101").subsection
    block.section = "Parkett links"
    assert (block_name(block).text, block_name(block).short) == ("Parkett links", "Parkett links")
    block.number = 2
    assert (block_name(block).text, block_name(block).short) == ("Parkett links, block 2", "Parkett links-2")


def test_people_in_a_standing_area_have_neither_row_nor_seat(hold: Hold, alice: User) -> None:
    one, three = as_standing(hold(alice, quantity=1)), as_standing(hold(alice, quantity=3, section="B"))
    assert (places_text(one), places_text(three)) == ("standing", "standing, 3 places")
    assert [(place.row_label, place.seat_label, place.text) for place in places_of(one)] == [("", "", "standing")]
    assert len(set(names_of(three))) == 3


def test_a_receipt_has_a_line_for_each_row_and_price(hold: Hold, alice: User) -> None:
    names = ("AA-101", "AA-102", "AA-103", "BB-1")
    booking = as_drawn(hold(alice, "1-1", "1-2", "1-3", "2-1"), *names, prices=[9500, 4500, 9500, 4500])
    assert [(line.place, line.price) for line in lines_by_price(booking)] == [
        ("row AA, seats 101 and 103", 19_000),
        ("row AA, seat 102", 4_500),
        ("row BB, seat 1", 4_500),
    ]
    assert [(line.place, line.price) for line in lines(booking)] == [
        ("row AA, seats 101–103", 23_500),
        ("row BB, seat 1", 4_500),
    ]
    assert counts_by_price(booking) == [(2, 9500), (2, 4500)]
    assert prices_text(booking) == "2 × $95.00, 2 × $45.00"


def test_the_api_names_each_seat_and_what_it_costs(hold: Hold, alice: User, client_of: ClientOf) -> None:
    booking = as_drawn(hold(alice, "1-1", "1-2"), "AA-101", "BB-7a", prices=[9500, 4500])
    body: dict[str, Any] = client_of(alice).get(f"/api/booking/{booking.pk}").json()
    assert (body["subsection_kind"], body["seat_positions"], body["total_price"]) == (
        "drawn",
        ["AA-101", "BB-7a"],
        14_000,
    )
    members = ("row", "seat", "row_label", "seat_label", "price")
    assert [[ticket[member] for member in members] for ticket in body["tickets"]] == [
        [1, 1, "AA", "101", 9500],
        [2, 2, "BB", "7a", 4500],
    ]


def test_bookings_of_a_grid_need_no_query_for_their_names(hold: Hold, alice: User, round_trips: list[None]) -> None:
    booking = Booking.objects.for_display().get(pk=hold(alice).pk)
    before = len(round_trips)
    assert len(places_of(booking)) == 2
    assert len(round_trips) == before
    assert Subsection.objects.exists()
