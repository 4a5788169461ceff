"""An open page follows the sale without a reload: start, end, prices and status."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from core.clock import database_now
from e2e.tests.product import Product
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.lifecycle.change import change_event
from events.models import Event


def test_sales_open_at_the_set_time_on_an_open_page(
    visitors: Visitors, alice: User, new_event: Callable[..., Event]
) -> None:
    event = new_event(sales_start_at=database_now() + timedelta(seconds=8))
    page = visitors(alice)
    seats = SeatMap(page, event)
    button = seats.summary.get_by_role("button", name="Reserve seats")
    expect(page.locator("[data-sale]")).to_contain_text("On sale from")
    seats.pick("A", 1, (2, 1), (2, 2))
    expect(seats.summary).to_contain_text("On sale from")
    expect(button).to_have_attribute("aria-disabled", "true")

    expect(button).to_have_attribute("aria-disabled", "false")
    expect(page.locator("[data-sale]")).to_be_hidden()
    expect(page.locator("#live-polite")).to_contain_text("Sales are open")
    seats.hold()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    assert Booking.objects.get().status == "pending_payment"


def test_sales_close_at_the_set_time_on_an_open_page(
    visitors: Visitors, alice: User, new_event: Callable[..., Event]
) -> None:
    event = new_event(sales_end_at=database_now() + timedelta(seconds=8))
    page = visitors(alice)
    seats = SeatMap(page, event)
    seats.pick("A", 1, (2, 1))
    button = seats.summary.get_by_role("button", name="Reserve seats")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(seats.summary).to_contain_text("Sales are closed.")


def test_sales_close_when_the_event_begins_on_an_open_page(
    visitors: Visitors, alice: User, new_event: Callable[..., Event]
) -> None:
    begins = database_now() + timedelta(seconds=8)
    event = new_event(starts_at=begins)
    page = visitors(alice)
    seats = SeatMap(page, event)
    seats.pick("A", 1, (2, 1))
    expect(page.locator("[data-sale]")).to_be_hidden()
    expect(seats.summary).to_contain_text("The event has begun. Sales are closed.")
    expect(page.locator("[data-sale]")).to_have_text("The event has begun. Sales are closed.")
    expect(seats.summary.get_by_role("button", name="Reserve seats")).to_have_attribute("aria-disabled", "true")


def test_late_entry_begins_and_ends_on_an_open_page(
    visitors: Visitors, alice: User, new_event: Callable[..., Event]
) -> None:
    begins = database_now() + timedelta(seconds=6)
    event = new_event(starts_at=begins, late_entry_until=begins + timedelta(seconds=6))
    page = visitors(alice)
    seats = SeatMap(page, event)
    seats.pick("A", 1, (2, 1))
    button = seats.summary.get_by_role("button", name="Reserve seats")
    expect(page.locator("[data-sale]")).to_contain_text("Late entry: seats are sold until", timeout=15_000)
    expect(button).to_have_attribute("aria-disabled", "false")
    expect(button).to_have_attribute("aria-disabled", "true", timeout=15_000)
    expect(page.locator("[data-sale]")).to_have_text("The event has begun. Sales are closed.")


def test_corrected_dates_reopen_the_sale_on_an_open_page(
    visitors: Visitors, alice: User, carol: User, concert: Event
) -> None:
    Event.objects.update(status="completed", starts_at=database_now() - timedelta(days=365))
    page = visitors(alice)
    seats = SeatMap(page, concert)
    expect(page.locator("[data-sale]")).to_have_text("Sales are closed.")
    change_event(event_id=concert.pk, seller=carol, starts_at=database_now() + timedelta(days=1))
    expect(page.locator("[data-sale]")).to_be_hidden()
    seats.pick("A", 1, (2, 1))
    seats.hold()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")


def test_a_new_price_and_the_end_of_sales_reach_an_open_page(
    visitors: Visitors, alice: User, carol: User, concert: Event
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (2, 1), (2, 2))
    expect(seats.summary).to_contain_text("2 seats · $100.00")

    change_event(event_id=concert.pk, seller=carol, prices={"A": 7500})
    expect(seats.summary).to_contain_text("2 seats · $150.00")
    expect(seats.note).to_contain_text("Prices have changed. Your picks (2 seats) now cost $150.00.")
    expect(page.locator("[data-prices]")).to_have_text("$20.00 – $75.00")
    expect(seats.seat(2, 3)).to_have_attribute("aria-label", "Row 2, seat 3, $75.00, available")

    change_event(event_id=concert.pk, seller=carol, status="ended")
    expect(page.locator("[data-sale]")).to_have_text("Sales are closed.")
    expect(seats.summary).to_contain_text("Sales are closed.")
    expect(seats.summary.get_by_role("button", name="Reserve seats")).to_have_attribute("aria-disabled", "true")
    expect(seats.summary).to_contain_text("No seats picked yet")
    assert_nothing_is_offered(seats)
    assert not Booking.objects.exists()


def assert_nothing_is_offered(seats: SeatMap) -> None:
    """Assert that the page of an event whose sale is over neither offers nor counts seats."""
    page = seats.page
    expect(page.get_by_role("button", name="Best seats")).to_be_hidden()
    expect(page.get_by_role("button", name="Reserve them right away")).to_be_hidden()
    expect(page.locator("[data-left-line]")).to_be_hidden()
    expect(seats.list).not_to_contain_text(" left")
    seats.open_subsection("A", 1)
    expect(seats.seat(1, 1)).to_have_accessible_name(re.compile("not on sale$"))
    expect(seats.seat(1, 1)).to_have_attribute("aria-disabled", "true")
    seats.seat(1, 1).click(force=True)  # in spite of aria-disabled
    expect(seats.summary).to_contain_text("No seats picked yet")
    expect(seats.list).not_to_contain_text(" left")


ENDINGS: dict[str, Callable[[Event, User], object]] = {
    "cancelled": lambda event, seller: cancel_event(event_id=event.pk, seller=seller),
    "ended": lambda event, seller: change_event(event_id=event.pk, seller=seller, status="ended"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sale_that_is_over_offers_and_counts_no_seats(
    visitors: Visitors, alice: User, carol: User, concert: Event, ending: str
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, concert)
    expect(page.get_by_role("button", name="Best seats")).to_be_visible()
    ENDINGS[ending](concert, carol)
    expect(page.locator("[data-sale]")).to_be_visible()
    page.evaluate(RECORD_TEXTS)
    assert_nothing_is_offered(seats)
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_timeout(400)
    assert not [text for text in page.evaluate("window.texts") if "left" in text or text == "full"]

    page.reload()
    assert_nothing_is_offered(SeatMap(page, concert, opened=True))


def test_a_sold_out_event_offers_best_seats_again_once_a_seat_is_free(
    visitors: Visitors, alice: User, bob: User, new_event: Callable[..., Event], paid_booking: Callable[..., Booking]
) -> None:
    event = new_event([{"name": "A", "price": 5000, "subsections": 1}], rows=1, cols=2)
    page = visitors(alice)
    SeatMap(page, event)
    booking = paid_booking(bob, "1-1", "1-2", event=event)
    find = page.get_by_role("button", name="Best seats")
    expect(find).to_be_hidden()
    expect(page.locator("[data-left-line]")).to_contain_text("0 of 2 seats left")
    refund_booking(booking_id=booking.pk, user=bob)
    expect(find).to_be_visible()


# Records which texts the map draws. A cached label isn't drawn again, so a new price that is missing was not shown.
RECORD_TEXTS = """() => {
  window.texts = [];
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.texts.push(text);
    return draw.call(this, text, ...place);
  };
}"""


def test_a_new_price_is_on_the_map_at_every_zoom(
    visitors: Visitors, carol: User, new_event: Callable[..., Event]
) -> None:
    event = new_event([{"name": "A", "price": 5000, "subsections": 2}], rows=6, cols=10)
    page = visitors()
    SeatMap(page, event)
    page.evaluate(RECORD_TEXTS)
    zooms = ["Zoom in", "Zoom in", "Zoom in", "Zoom out", "Zoom out", "Show the whole map"]

    def drawn() -> set[str]:
        """Return the texts with a price that the map draws at all zooms."""
        for zoom in zooms:
            page.get_by_role("button", name=zoom).click()
            page.wait_for_timeout(400)
        texts = {text for text in page.evaluate("window.texts") if "$" in text}
        page.evaluate("window.texts.length = 0")
        return texts

    drawn()
    assert drawn() == set()  # everything is cached
    change_event(event_id=event.pk, seller=carol, prices={"A": 7500})
    expect(page.locator("[data-prices]")).to_have_text("$75.00")
    assert drawn() >= {"A · 1 · $75", "A · 2 · $75"}
    expect(page.locator(".chip[data-tier]")).to_contain_text("$75.00")


def test_the_filter_and_the_list_of_events_follow_new_prices(visitors: Visitors, carol: User, concert: Event) -> None:
    page, home = visitors(), visitors(None, "/")
    seats = SeatMap(page, concert)
    limits = page.get_by_label("Price up to")
    limits.select_option("2000")
    expect(seats.list.get_by_role("treeitem", name="Section A").first).to_be_hidden()
    change_event(event_id=concert.pk, seller=carol, prices={"A": 1500, "B": 3000})
    expect(seats.list.get_by_role("treeitem", name="Section A").first).to_be_visible()
    expect(seats.list.get_by_role("treeitem", name="Section B").first).to_be_hidden()
    expect(limits.locator("option")).to_have_text(["Any price", "up to $15.00", "up to $20.00"])
    expect(home.locator(".event-price")).to_contain_text("$15.00", timeout=20_000)


def test_an_event_that_is_cancelled_leaves_the_open_list(visitors: Visitors, carol: User, concert: Event) -> None:
    home = visitors(None, "/")
    expect(home.get_by_role("link", name="A concert")).to_be_visible()
    cancel_event(event_id=concert.pk, seller=carol)
    expect(home.get_by_role("link", name="A concert")).to_have_count(0, timeout=20_000)


def test_changes_of_the_sale_during_an_outage_appear_afterwards(
    visitors: Visitors, shop: Product, alice: User, carol: User, concert: Event
) -> None:
    visitors.allow_error("WebSocket|EventSource|ERR_|status of 50[234]")
    page = visitors(alice)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (2, 1), (2, 2))
    shop.stop_realtime()
    expect(page.locator("[data-live-state]")).to_contain_text("Not live")
    change_event(event_id=concert.pk, seller=carol, prices={"A": 7500}, status="ended")
    shop.start_realtime()
    expect(page.locator("[data-prices]")).to_have_text("$20.00 – $75.00", timeout=30_000)
    expect(seats.summary).to_contain_text("Sales are closed.")
