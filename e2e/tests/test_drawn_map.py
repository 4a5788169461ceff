"""Buyers pick places of a seating plan: seats on arcs, at tables and in standing areas, by mouse and by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.holds.models import Booking
from e2e.tests.seatmap import SeatMap
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import PHONE, Visitors
from events.lifecycle.change import change_event
from events.models import Event

Hold = Callable[..., Booking]
STALLS = "Parkett links"
BLOCK = f"{STALLS}, block 1"  # as people read it: the section has two


def expect_checkout(page: Page, *texts: str) -> None:
    """Expect the checkout, with these texts."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    for text in texts:
        expect(page.get_by_role("main")).to_contain_text(text)


@pytest.fixture
def hall(opera: Event) -> Event:
    """The opera; single seats may be left over."""
    Event.objects.filter(pk=opera.pk).update(allow_single_gaps=True)
    return opera


def test_two_seats_on_an_arc_are_picked_with_the_mouse_and_reserved(
    visitors: Visitors, alice: User, hall: Event
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    seats.click_place(BLOCK, "row C, seat 2")
    seats.click_place(BLOCK, "row C, seat 3")
    expect(seats.summary).to_contain_text("2 seats · $100.00")
    expect(seats.summary).to_contain_text(f"{BLOCK}, row C, seats 2 and 3")
    seats.hold()
    expect_checkout(page, "Row C, seats 2 and 3")
    assert Booking.objects.get().seat_names == ["C-2", "C-3"]


def test_seats_are_picked_with_the_keyboard_alone(visitors: Visitors, alice: User, hall: Event) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    seats.list.get_by_role("treeitem", name=re.compile("^Parkett links, Stalls")).focus()
    page.keyboard.press("ArrowRight")  # to its first block: all sections are open
    page.keyboard.press("Enter")
    expect(
        seats.list.get_by_role("button", name="Row A, seat 1, $50.00, Stalls, wheelchair place, available")
    ).to_be_focused()
    for key, seat in (
        (
            "ArrowRight",
            "Row A, seat 2, $50.00, Stalls, companion seat, sold only with a wheelchair place, available",
        ),
        ("ArrowRight", "Row A, seat 3, $50.00, Stalls, available"),
        ("ArrowRight", "Row A, seat 4, $50.00, Stalls, available"),  # across the aisle
        ("ArrowDown", "Row B, seat 5, $50.00, Stalls, available"),  # the nearest
        ("End", "Row B, seat 6, $50.00, Stalls, available"),
        ("ArrowDown", "Row C, seat 7, $50.00, Stalls, available"),
        ("ArrowRight", "Row C, seat 8, $50.00, Stalls, restricted view: Behind a pillar., available"),
        ("ArrowDown", "Row D, seat 8, $50.00, Stalls, not for sale"),
        ("ArrowLeft", "Row D, seat 7, $30.00, Balcony, available"),
    ):
        page.keyboard.press(key)
        expect(seats.list.locator("button:focus")).to_have_accessible_name(re.compile(re.escape(seat)))
    page.keyboard.press("Enter")
    expect(seats.summary).to_contain_text("1 seat · $30.00")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(seats.summary).to_contain_text("2 seats · $80.00")
    seats.summary.get_by_role("button", name="Reserve seats").focus()
    page.keyboard.press("Enter")
    expect_checkout(page, "$80.00")
    assert Booking.objects.get().seat_names == ["D-6", "D-7"]


def test_a_number_of_places_of_a_standing_area_is_picked_on_the_map(
    visitors: Visitors, alice: User, hall: Event
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    seats.click_area("Floor")
    card = page.locator(".tip")
    expect(card).to_contain_text("12 of 12 left")
    card.get_by_role("button", name="One more place").click()
    card.get_by_role("button", name="Pick").click()
    expect(seats.summary).to_contain_text("3 places · $45.00")
    expect(card).to_be_hidden()
    seats.hold()
    expect_checkout(page, "Floor", "Standing, 3 places")
    assert len(Booking.objects.get().positions) == 3


def test_places_of_a_standing_area_are_picked_with_the_keyboard_and_some_are_lost(
    visitors: Visitors, alice: User, bob: User, hall: Event, hold: Hold
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    seats.list.get_by_role("treeitem", name=re.compile("^Floor")).press("Enter")
    field = seats.list.get_by_role("textbox", name="Places in Floor")
    expect(field).to_be_focused()
    field.press("ArrowUp")
    field.press("ArrowUp")
    expect(seats.summary).to_contain_text("2 places · $30.00")
    field.fill("99")
    field.press("Tab")
    expect(field).to_have_value("10")  # no more than one booking may have
    expect(seats.summary).to_contain_text("10 places · $150.00")

    hold(bob, event=hall, section="Floor", quantity=5)
    expect(seats.summary).to_contain_text("7 places · $105.00")
    expect(page.locator("#live-assertive")).to_contain_text("3 of your places were taken")
    expect(seats.list).to_contain_text("7 of 12 left.")
    expect(field).to_have_value("7")


def test_a_restricted_view_is_explained_before_and_after_the_seat_is_picked(visitors: Visitors, hall: Event) -> None:
    page = visitors()
    seats = SeatMap(page, hall)
    seats.hover_place(BLOCK, "row C, seat 8")
    expect(page.locator(".tip")).to_contain_text("Restricted view: Behind a pillar.")
    expect(seats.summary).to_contain_text("No seats picked yet")
    seats.click_place(BLOCK, "row C, seat 8")
    expect(seats.summary).to_contain_text("row C, seat 8 (restricted view: Behind a pillar.)")
    seats.hover_place(BLOCK, "row A, seat 2")
    expect(page.locator(".tip")).to_contain_text("Companion seat")


def test_a_companion_seat_is_picked_only_with_its_wheelchair_place_until_the_seller_releases_it(
    visitors: Visitors, alice: User, carol: User, hall: Event
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    seats.hover_place(BLOCK, "row A, seat 2")
    expect(page.locator(".tip")).to_contain_text("Companion seat, sold only with a wheelchair place")
    seats.click_place(BLOCK, "row A, seat 2")
    expect(seats.summary).to_contain_text("Also choose a wheelchair place for row A, seat 2, or leave it out.")
    expect(seats.summary).to_contain_text("No seats picked yet")
    seats.summary.get_by_role("button", name="Pick row A, seats 1 and 2").click()
    expect(seats.summary).to_contain_text("2 seats · $100.00")
    seats.seat("A", 1).press("Enter")
    expect(seats.summary).to_contain_text("No seats picked yet")
    expect(page.locator("#live-polite")).to_contain_text("Its companion seat is removed, too.")
    seats.seat("A", 2).press("Enter")
    expect(seats.summary).to_contain_text("Companion seats are sold only together with wheelchair places.")
    expect(seats.summary).to_contain_text("No seats picked yet")

    change_event(event_id=hall.pk, seller=carol, release_companion_seats=True)
    expect(seats.seat("A", 2)).to_have_accessible_name("Row A, seat 2, $50.00, Stalls, companion seat, available")
    seats.seat("A", 2).press("Enter")
    expect(seats.summary).to_contain_text("1 seat · $50.00")
    Event.objects.filter(pk=hall.pk).update(release_companion_seats=False)  # and this page doesn't know it yet
    seats.summary.get_by_role("button", name="Reserve seats").click()
    expect(seats.summary).to_contain_text("Also choose a wheelchair place for A-2, or leave it out.")
    seats.summary.get_by_role("button", name="Pick row A, seats 1 and 2").click()
    seats.hold()
    expect_checkout(page, "Row A, seat 1", "Wheelchair place", "Row A, seat 2", "Companion seat")


def test_on_a_touch_screen_the_restricted_view_is_on_the_card_with_the_button(visitors: Visitors, hall: Event) -> None:
    page = visitors(viewport=PHONE, has_touch=True)
    seats = SeatMap(page, hall)
    seats.tap_place(BLOCK, "row C, seat 8")
    card = page.locator(".tip")
    expect(card).to_contain_text("Restricted view: Behind a pillar.")
    expect(seats.summary).to_contain_text("No seats picked yet")
    card.get_by_role("button", name="Pick this seat").tap()
    expect(seats.summary).to_contain_text("1 seat · $50.00")


def test_a_table_that_is_sold_as_a_whole_is_picked_as_a_whole(visitors: Visitors, alice: User, hall: Event) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    seats.open_section("Cabaret")
    seats.seat("T1", 3).click()
    expect(seats.summary).to_contain_text("4 seats · $160.00")
    expect(seats.summary).to_contain_text("Cabaret, table T1, seats 1–4")
    seats.seat("T1", 1).click()
    expect(seats.summary).to_contain_text("No seats picked yet")
    seats.seat("T2", 1).click()
    seats.seat("T1", 1).click()
    expect(seats.summary).to_contain_text("5 seats · $200.00")
    seats.hold()
    expect_checkout(page, "$200.00")


def test_another_viewer_sees_seats_and_places_go_at_once(
    visitors: Visitors, bob: User, hall: Event, hold: Hold
) -> None:
    seats = SeatMap(visitors(), hall)
    seats.open_subsection(STALLS, 1)
    hold(bob, "B-2", "B-3", event=hall, section=STALLS)
    expect(seats.seat("B", 2)).to_have_attribute("data-state", "reserved")
    expect(seats.seat("B", 3)).to_have_attribute("data-state", "reserved")
    expect(seats.seat("B", 4)).to_have_attribute("data-state", "available")
    seats.list.get_by_role("button", name="All blocks").click()
    hold(bob, event=hall, section="Floor", quantity=4)
    expect(seats.list.get_by_role("treeitem", name="Floor, Standing, $15.00, 8 left")).to_be_visible()


def test_lost_seats_are_named_as_in_the_plan_and_similar_ones_are_offered(
    visitors: Visitors, alice: User, bob: User, hall: Event, hold: Hold
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    seats.click_place(BLOCK, "row B, seat 4")
    hold(bob, "B-4", event=hall, section=STALLS)
    expect(page.locator("#live-assertive")).to_contain_text("Row B seat 4 was taken.")
    seats.summary.get_by_role("button", name=re.compile(r"Pick row.C,.seat.6 instead")).click()
    expect(seats.summary).to_contain_text("1 seat · $50.00")


def test_the_page_of_a_plan_is_accessible(visitors: Visitors, hall: Event) -> None:
    page = visitors()
    seats = SeatMap(page, hall)
    seats.click_area("Floor")
    expect(seats.list.get_by_role("textbox")).to_be_visible()
    check_page(page)
    seats.open_subsection(STALLS, 1)
    expect(seats.list.get_by_role("grid")).to_be_visible()
    check_page(page)
