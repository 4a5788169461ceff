"""A complete sale in the seller admin: one seller and one buyer at their browsers."""

import re

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from bookings.holds.models import Booking
from conftest import GOOD_CARD, PASSWORD
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.models import Event
from events.seating.positions import seat_name

NAME, VENUE = "An opera by the lake", "The old shipyard"
# The seller's changes to the example's sections: name and price.
TIERS = (("Boxes", "150"), ("Stalls", "80"), ("Gallery", "25"))


def test_a_seller_creates_an_event_sells_ten_seats_and_stops_the_sale(
    visitors: Visitors, carol: User, alice: User
) -> None:
    """Both users only follow links and buttons after the first URL.

    They need nothing but what the pages show.

    The seller is on sale after 6 clicks and 10 fields: Log in, 2 fields, Log in; New event, 8 fields, Save;
    Publish, and Publish again below the preview. 1 more click shows the charts; 2 stop the sale, and 1
    returns to the charts. From there, 5 clicks explain a seat (Manage, Seats, block, seat, Explain), and 3 more refund
    its booking. The buyer's ten seats in two bookings take 12 clicks and 4 fields.
    """
    charts = _sign_in(visitors, carol)
    _create_draft(charts)
    event = Event.objects.get()
    assert (event.name, event.status) == (NAME, "draft")
    _publish(charts)
    charts.get_by_role("link", name="Charts").click()
    expect(charts.locator("[data-live-state]")).to_have_attribute("data-live-state", "live")
    _expect_figures(charts, sold="0", held="0", revenue="$0.00")

    buyer = visitors(alice, "/")
    _buy(buyer, event, 6, "VIP", "$900.00")
    _expect_figures(charts, sold="6", held="0", revenue="$900.00")
    _buy(buyer, event, 4, "Economy", "$100.00")
    _expect_figures(charts, sold="10", held="0", revenue="$1,000.00")
    expect(charts.locator("#rate-text")).to_contain_text("10 seats were reserved and 10 sold.")
    expect(_tier(charts, "VIP")).to_contain_text("$900.00")
    expect(_tier(charts, "Economy")).to_contain_text("$100.00")

    seats = _open(buyer, event)
    seats.pick("Stalls", 1, (1, 1))
    _stop(charts)
    expect(buyer.locator("[data-sale]")).to_have_text("Sales are closed.")
    expect(seats.summary.get_by_role("button", name="Reserve seats")).to_have_attribute("aria-disabled", "true")
    _expect_no_hold(buyer, event)

    with charts.context.expect_page() as admin:  # in another tab, so that the charts stay open
        charts.get_by_role("link", name="Manage").click(modifiers=["Control"])
    _explain_a_seat(admin.value, Booking.objects.get(buyer=alice, quantity=6))
    _refund(admin.value)
    _expect_figures(charts, sold="4", held="0", revenue="$100.00")
    expect(charts.locator('[data-figure="refunds"]')).to_have_text("1")


# --- The seller --------------------------------------------------------------------------------------


def _sign_in(visitors: Visitors, seller: User) -> Page:
    page = visitors(path="/")
    page.get_by_role("banner").get_by_role("link", name="Log in").click()
    page.get_by_label("Email address").fill(seller.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    return page


def _create_draft(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="New event").click()
    page.get_by_label("Name:", exact=True).fill(NAME)
    page.get_by_label("Place:").fill(VENUE)
    for number, (name, price) in enumerate(TIERS, start=1):
        section = page.get_by_role("group", name=f"Section {number}", exact=True)
        section.get_by_label("Name", exact=True).fill(name)
        section.get_by_label("Price", exact=True).fill(price)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Only you can see it. Publish it when it is ready.")).to_be_visible()


def _publish(page: Page) -> None:
    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_text("500 seats in 7 blocks go on sale now.")).to_be_visible()
    expect(page.get_by_text("Prices are from $25.00 to $150.00 a seat.")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Buyers can reserve and pay for seats.")).to_be_visible()


def _stop(charts: Page) -> None:
    charts.get_by_role("link", name="Stop the sale").click()
    charts.get_by_role("button", name="Stop the sale").click()
    charts.get_by_role("link", name="Charts").click()
    expect(charts.locator("[data-status]")).to_have_text("Sales ended")


def _explain_a_seat(page: Page, booking: Booking) -> None:
    row, seat = seat_name(booking.positions[0], booking.subsection.cols).split("-")
    page.get_by_role("link", name="Seats", exact=True).click()
    page.get_by_role("link", name=str(booking.subsection), exact=True).click()
    sold_seat = page.get_by_role("button", name=f"Row {row}, seat {seat}, sold")
    sold_seat.click(force=True)  # it is disabled, because a sold seat can't be blocked
    page.get_by_role("link", name="Explain this seat").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{booking.subsection}, row {row}, seat {seat}")
    expect(page.get_by_role("listitem").filter(has_text="Sold to Alice (alice@example.com)")).to_be_visible()


def _refund(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Booking")).first.click()
    page.get_by_role("link", name="Refund").click()
    expect(page.get_by_text("1 booking, $900.00.")).to_be_visible()
    page.get_by_role("button", name="Refund").click()
    expect(page.get_by_text("Refunded $900.00: the tickets are void")).to_be_visible()


def _expect_figures(charts: Page, **figures: str) -> None:
    """Expect the tiles to show these figures without a reload."""
    for name, text in figures.items():
        expect(charts.locator(f'[data-figure="{name}"]')).to_have_text(text)


def _tier(charts: Page, name: str) -> Locator:
    return charts.get_by_role("region", name="By tier").get_by_role("row", name=re.compile(f"^{name} "))


# --- The buyer ---------------------------------------------------------------------------------------


def _open(page: Page, event: Event) -> SeatMap:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Events").click()
    page.get_by_role("link", name=NAME).click()
    return SeatMap(page, event, opened=True)


def _buy(page: Page, event: Event, number: int, tier: str, price: str) -> None:
    seats = _open(page, event)
    page.get_by_role("button", name=re.compile(f"^{tier} ")).click()
    page.get_by_label("How many seats").fill(str(number))
    page.get_by_role("button", name="Best seats").click()
    expect(seats.summary).to_contain_text(f"{number} seats · {price}")
    seats.hold()
    page.get_by_label("Card number").fill(GOOD_CARD)
    page.get_by_role("button", name=f"Pay {price}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")


def _expect_no_hold(page: Page, event: Event) -> None:
    """Expect the API to refuse a hold, too."""
    hold_request = {"event_id": event.pk, "section": "Stalls", "subsection": 1, "quantity": 1}
    response = page.request.post("/api/booking", data={**hold_request, "seat_selection_mode": "best_available"})
    assert (response.status, response.json()["code"]) == (409, "not_on_sale")
