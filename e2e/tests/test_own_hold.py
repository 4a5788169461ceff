"""The seats that buyers hold themselves look like theirs, also after Back; and the list shows where the picks are."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from accounts.models import User
from bookings.holds.cancel import cancel_booking
from bookings.holds.models import Booking
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.models import Event

BACK_FROM_CACHE = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"  # as the browser does


def assert_holds(page: Page, event: Event) -> SeatMap:
    """Assert that the page shows the first two seats of A 1 as held for the buyer."""
    seats = SeatMap(page, event, opened=True)
    expect(seats.summary).to_contain_text("2 seats of this event are reserved for you")
    seats.open_subsection("A", 1)
    expect(seats.seat(1, 1)).to_have_accessible_name("Row 1, seat 1, $50.00, reserved for you")
    expect(seats.seat(1, 2)).to_have_attribute("data-state", "own")
    expect(seats.seat(1, 3)).to_have_accessible_name("Row 1, seat 3, $50.00, available")
    return seats


def test_a_hold_looks_like_the_buyers_own_after_back(
    visitors: Visitors, alice: User, bob: User, concert: Event
) -> None:
    page, other = visitors(alice), visitors(bob)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (1, 1), (1, 2))
    seats.hold()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    page.go_back()
    seats = assert_holds(page, concert)
    seats.summary.get_by_role("button", name="Dismiss").click()
    seats.seat(1, 1).click()  # reminds of the hold instead of picking it
    expect(seats.summary).to_contain_text("2 seats of this event are reserved for you")
    expect(seats.summary).to_contain_text("No seats picked yet")

    with page.expect_navigation():
        page.evaluate(BACK_FROM_CACHE)
    seats = assert_holds(page, concert)
    seats.summary.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")

    theirs = SeatMap(other, concert)
    theirs.open_subsection("A", 1)
    expect(theirs.seat(1, 1)).to_have_accessible_name("Row 1, seat 1, $50.00, reserved")


def test_a_hold_made_in_another_tab_is_marked_and_unmarked_live(
    visitors: Visitors, alice: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (1, 1))
    booking = hold(alice, "1-1", "1-2")
    expect(seats.seat(1, 2)).to_have_accessible_name("Row 1, seat 2, $50.00, reserved for you")
    cancel_booking(booking_id=booking.pk, buyer=alice)
    expect(seats.seat(1, 2)).to_have_accessible_name("Row 1, seat 2, $50.00, available")


def test_a_lost_answer_does_not_make_the_hold_somebody_elses(visitors: Visitors, alice: User, concert: Event) -> None:
    visitors.allow_error("net::ERR_")
    page = visitors(alice)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (1, 1), (1, 2))

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/booking", lose)
    seats.hold()
    expect(seats.summary).to_contain_text("Try again")
    expect(seats.seat(1, 1)).to_have_accessible_name("Row 1, seat 1, $50.00, reserved for you")
    expect(page.locator("#live-assertive")).not_to_contain_text("taken")
    assert Booking.objects.get().quantity == 2


def test_a_seller_is_not_told_to_pay_for_a_buyers_hold(
    visitors: Visitors, alice: User, carol: User, olga: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    hold(alice, "1-1", "1-2")
    for manager in (carol, olga):
        seats = SeatMap(visitors(manager), concert)
        seats.open_subsection("A", 1)
        expect(seats.seat(1, 1)).to_have_accessible_name("Row 1, seat 1, $50.00, reserved")
        expect(seats.summary).not_to_contain_text("reserved for you")


def test_the_list_goes_where_the_best_seats_are(
    visitors: Visitors, concert: Event, hold: Callable[..., Booking]
) -> None:
    page = visitors()
    seats = SeatMap(page, concert)
    seats.open_subsection("B", 2)
    page.get_by_role("button", name="Best seats").click()
    picked = seats.list.locator(".seat[aria-pressed=true]")
    expect(picked).to_have_count(2)
    place = seats.list.get_by_role("heading").inner_text().replace("\u00a0", " ")
    expect(seats.summary).to_contain_text(place)
    assert "B, block 2" not in place

    seats.open_subsection("B", 2)
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_timeout(400)  # the map moves
    seats.click_seat("B", 1, 1, 1)
    expect(seats.list.get_by_role("heading")).to_have_text("Section B, block 1")
    expect(seats.list.locator(".seat[aria-pressed=true]")).to_have_count(1)
