"""An open page follows the sale without a reload: start, end, prices and status."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from accounts.models import User
from bookings.holds.models import Booking
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
    button = seats.summary.get_by_role("button", name="Hold seats")
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
    button = seats.summary.get_by_role("button", name="Hold seats")
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
    expect(seats.summary.get_by_role("button", name="Hold seats")).to_have_attribute("aria-disabled", "true")


def test_late_entry_begins_and_ends_on_an_open_page(
    visitors: Visitors, alice: User, new_event: Callable[..., Event]
) -> None:
    begins = database_now() + timedelta(seconds=6)
    event = new_event(starts_at=begins, late_entry_until=begins + timedelta(seconds=6))
    page = visitors(alice)
    seats = SeatMap(page, event)
    seats.pick("A", 1, (2, 1))
    button = seats.summary.get_by_role("button", name="Hold seats")
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
    expect(page.get_by_text("Prices have changed. Your picks (2 seats) now cost $150.00.")).to_be_visible()
    expect(page.locator("[data-prices]")).to_have_text("$20.00 – $75.00")
    expect(seats.seat(2, 3)).to_have_attribute("aria-label", "Row 2, seat 3, $75.00, available")

    change_event(event_id=concert.pk, seller=carol, status="ended")
    expect(page.locator("[data-sale]")).to_have_text("Sales are closed.")
    expect(seats.summary).to_contain_text("Sales are closed.")
    expect(seats.summary.get_by_role("button", name="Hold seats")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Hold best seats now").click()
    expect(seats.summary.get_by_role("group", name="What to do")).to_contain_text("Sales are closed.")
    assert not Booking.objects.exists()


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
    expect(seats.summary).to_contain_text("2 seats · $150.00", timeout=30_000)
    expect(seats.summary).to_contain_text("Sales are closed.")
