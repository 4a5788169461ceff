"""What the places of a booking are called: in a grid, in a block of a seating plan, in a standing area."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.kinds import kinds_and_notes
from bookings.holds.models import Booking
from bookings.holds.places import (
    block_name,
    counts_by_price,
    label_ranges,
    lines,
    lines_by_price,
    name_at,
    names_of,
    place_at,
    place_text,
    places_of,
    places_text,
    prices_text,
    ranges,
    remarks_text,
    special_at,
)
from bookings.holds.selectors import tier_of
from bookings.testing.plans import LONG_ROW, LONG_SEAT
from events.models import Event, Layout, Subsection

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
        (["٣", "٤", "٥"], "\u2068٣\u2069, \u2068٤\u2069 and \u2068٥\u2069"),
        (["1א", "2", "3"], "\u20681א\u2069, 2 and 3"),
        (["B"], "B"),
    ],
)
def test_only_runs_of_plain_numbers_are_shortened(labels: list[str], text: str) -> None:
    assert label_ranges(labels) == text


def displayed(booking: Booking) -> Booking:
    return Booking.objects.for_display().get(pk=booking.pk)


def test_places_of_a_grid_are_named_after_their_positions(hold: Hold, alice: User) -> None:
    booking = displayed(hold(alice, "2-4", "2-5", "3-1"))
    assert block_name(booking.subsection, booking.event).text == "Section A, block 1"
    assert names_of(booking) == ["2-4", "2-5", "3-1"]
    assert places_of(booking)[2] == (3, 1, "3", "1")
    assert places_text(booking) == "row 2, seats 4 and 5; row 3, seat 1"
    assert [line.price for line in lines(booking)] == [10_000, 5_000]
    assert prices_text(booking) == "$50.00"


def test_places_of_a_plan_have_the_names_that_the_booking_keeps(gala: Event, hold: Hold, alice: User) -> None:
    long = f"{LONG_ROW}-{LONG_SEAT}"
    booking = displayed(hold(alice, "AA-101", "AA-102", long, event=gala, section="Parkett links"))
    assert [place.row_label for place in places_of(booking)] == ["AA", "AA", LONG_ROW]
    assert places_text(booking) == f"row AA, seats 101 and 102; row {LONG_ROW}, seat {LONG_SEAT}"
    last = place_at(booking, booking.subsection, booking.positions[2])
    assert (last.row, last.seat, place_text(last)) == (3, 1, f"row {LONG_ROW}, seat {LONG_SEAT}")
    assert name_at(booking, booking.subsection, booking.positions[2]) == long


def test_a_later_version_of_the_plan_does_not_rename_what_was_booked(gala: Event, hold: Hold, alice: User) -> None:
    booking = hold(alice, "AA-101", event=gala, section="Parkett links")
    Layout.objects.filter(subsection=booking.subsection_id).update(names=[f"Z-{number}" for number in range(22)])
    assert places_text(displayed(booking)) == "row AA, seat 101"


def test_a_section_of_a_plan_is_called_by_its_name_and_its_blocks_have_numbers_if_there_are_several(
    gala: Event,
) -> None:
    stalls, first, second, _, floor = (block_name(block, gala) for block in gala.subsections.all())
    assert (stalls.text, stalls.short) == ("Parkett links", "Parkett links")
    assert (first.text, first.short) == ("Balkon, block 1", "Balkon-1")
    assert (second.text, second.short) == ("Balkon, block 2", "Balkon-2")
    assert [floor.text, floor.short] == ["Floor", "Floor"]


def test_people_in_a_standing_area_have_neither_row_nor_seat(gala: Event, hold: Hold, alice: User) -> None:
    one, three = (displayed(hold(alice, quantity=number, event=gala, section="Floor")) for number in (1, 3))
    assert (places_text(one), places_text(three)) == ("standing", "standing, 3 places")
    assert [(place.row_label, place.seat_label, place_text(place)) for place in places_of(one)] == [
        ("", "", "standing")
    ]
    assert len({*names_of(one), *names_of(three)}) == 4


def test_the_seats_of_a_table_are_said_to_be_at_a_table(gala: Event, hold: Hold, alice: User) -> None:
    booking = displayed(hold(alice, "7-1", "7-2", event=gala, section="Cabaret"))
    assert places_text(booking) == "table 7, seats 1 and 2"


def test_a_receipt_has_a_line_for_each_row_and_price(gala: Event, hold: Hold, alice: User) -> None:
    seats = ("AA-101", "AA-102", "AA-103", "BB-101")
    booking = displayed(hold(alice, *seats, event=gala, section="Parkett links"))
    assert [(line.place, line.price) for line in lines_by_price(booking)] == [
        ("row AA, seats 101 and 103", 19_000),
        ("row AA, seat 102", 4_500),
        ("row BB, seat 101", 9_500),
    ]
    assert [(line.place, line.price) for line in lines(booking)] == [
        ("row AA, seats 101–103", 23_500),
        ("row BB, seat 101", 9_500),
    ]
    assert counts_by_price(booking) == [(3, 9500), (1, 4500)]
    assert prices_text(booking) == "3 × $95.00, 1 × $45.00"


def test_the_api_names_each_seat_and_what_it_costs(gala: Event, hold: Hold, alice: User, client_of: ClientOf) -> None:
    booking = hold(alice, "AA-102", "BB-101", event=gala, section="Parkett links")
    body: dict[str, Any] = client_of(alice).get(f"/api/booking/{booking.pk}").json()
    assert (body["subsection_kind"], body["seat_positions"]) == ("drawn", ["AA-102", "BB-101"])
    members = ("row", "seat", "row_label", "seat_label", "price")
    assert [[ticket[member] for member in members] for ticket in body["tickets"]] == [
        [1, 2, "AA", "102", 4500],
        [2, 1, "BB", "101", 9500],
    ]


SPECIAL = ("AA-108", "AA-109", "AA-110", "BB-110")
REMARKS = ("", "Wheelchair place", "Companion seat", "Restricted view: Behind a pillar.")


def test_special_places_are_on_lines_of_their_own(gala: Event, hold: Hold, alice: User) -> None:
    booking = displayed(hold(alice, *SPECIAL, event=gala, section="Parkett links"))
    for found in (lines(booking), lines_by_price(booking)):
        assert tuple(line.remark for line in found) == REMARKS
    assert remarks_text(booking) == (
        "row AA, seat 109 · Wheelchair place; row AA, seat 110 · Companion seat;"
        " row BB, seat 110 · Restricted view: Behind a pillar."
    )
    assert places_text(booking) == f"row AA, seat 108; {remarks_text(booking)}"
    assert special_at(booking, booking.subsection, booking.positions[3]) == ("restricted", "Behind a pillar.")


def test_places_of_one_kind_are_on_one_line(gala: Event, hold: Hold, alice: User) -> None:
    booking = displayed(hold(alice, "AA-109", event=gala, section="Parkett links"))
    Booking.objects.filter(pk=hold(alice, "AA-103", "AA-104", event=gala, section="Parkett links").pk).update(
        seat_kinds=["wheelchair", "wheelchair"]
    )
    assert places_text(booking) == "row AA, seat 109 · Wheelchair place"
    two = displayed(Booking.objects.exclude(pk=booking.pk).get())
    assert places_text(two) == "row AA, seats 103 and 104 · Wheelchair places"


def test_wheelchair_places_of_a_grid_are_said_to_be_some(
    new_event: Callable[..., Event], hold: Hold, alice: User
) -> None:
    event = new_event([{"name": "A", "price": 5000, "subsections": 1, "accessible": ["1-1", "1-2"]}])
    booking = displayed(hold(alice, "1-1", "1-2", "1-3", event=event))
    assert booking.seat_kinds == ["wheelchair", "wheelchair", "seat"]
    assert places_text(booking) == "row 1, seats 1 and 2 · Wheelchair places; row 1, seat 3"
    assert displayed(hold(alice, "2-1", event=event)).seat_kinds is None


def test_what_was_sold_stays_what_it_was_in_a_later_version_of_the_plan(gala: Event, hold: Hold, alice: User) -> None:
    booking = hold(alice, *SPECIAL, event=gala, section="Parkett links")
    layouts = Layout.objects.filter(subsection=booking.subsection_id)
    layouts.update(companions=[], restricted=[0], notes=["Draughty."] * 22)
    Subsection.objects.filter(pk=booking.subsection_id).update(accessible=[])
    assert tuple(line.remark for line in lines(displayed(booking))) == REMARKS
    later = displayed(hold(alice, "AA-101", event=gala, section="Parkett links"))
    assert places_text(later) == "row AA, seat 101 · Restricted view: Draughty."


def test_the_api_says_what_each_place_is(gala: Event, hold: Hold, alice: User, client_of: ClientOf) -> None:
    booking = hold(alice, *SPECIAL, event=gala, section="Parkett links")
    body: dict[str, Any] = client_of(alice).get(f"/api/booking/{booking.pk}").json()
    assert body["seat_kinds"] == ["seat", "wheelchair", "companion", "restricted"]
    assert body["seat_notes"] == ["", "", "", "Behind a pillar."]
    rows = [(ticket["seat_kind"], ticket["seat_note"]) for ticket in body["tickets"]]
    assert rows == list(zip(body["seat_kinds"], body["seat_notes"], strict=True))
    standing = hold(alice, quantity=2, event=gala, section="Floor")
    body = client_of(alice).get(f"/api/booking/{standing.pk}").json()
    assert (body["seat_kinds"], body["seat_notes"]) == (["standing"] * 2, [""] * 2)


def test_names_need_no_query(gala: Event, hold: Hold, alice: User, round_trips: list[None]) -> None:
    booking = displayed(hold(alice, "AA-101", "AA-102", event=gala, section="Parkett links"))
    before = len(round_trips)
    assert len(places_of(booking)) == len(kinds_and_notes(booking, booking.subsection)) == 2
    assert len(round_trips) == before


def test_only_places_of_one_tier_have_it_on_their_receipt(gala: Event, hold: Hold, alice: User, bob: User) -> None:
    seats = (["AA-101", "BB-101"], ["AA-102"], ["AA-103", "AA-104"])
    bookings = [hold(alice, *names, event=gala, section="Parkett links") for names in seats]
    assert [tier_of(displayed(booking)) for booking in bookings] == ["Category 1", "Category 2", "Category 1"]
    mixed = displayed(hold(bob, "AA-105", "AA-106", "BB-105", event=gala, section="Parkett links"))
    Layout.objects.filter(subsection=mixed.subsection_id).update(tier_of=[0] * 4 + [1] + [0] * 17)
    assert tier_of(mixed) == ""
    assert tier_of(displayed(hold(bob, quantity=1, event=gala, section="Floor"))) == "Standing"
