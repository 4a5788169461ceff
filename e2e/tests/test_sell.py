"""A seller watches the sale of an event, and stops it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Session, User
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from conftest import GOOD_CARD
from e2e.tests.product import Product
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.errors import NotOnSale
from events.models import Event


def figure(page: Page, name: str) -> Locator:
    return page.locator(f'[data-figure="{name}"]')


def open_charts(visitors: Visitors, carol: User, event: Event) -> Page:
    page = visitors(carol, f"/sell/{event.pk}")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", "live")
    return page


def test_the_charts_follow_a_purchase_without_a_reload(
    visitors: Visitors, carol: User, alice: User, concert: Event
) -> None:
    charts = open_charts(visitors, carol, concert)
    expect(figure(charts, "sold")).to_have_text("0")

    buyer = visitors(alice)
    seats = SeatMap(buyer, concert)
    seats.pick("A", 1, (2, 1), (2, 2))
    seats.hold()
    expect(figure(charts, "held")).to_have_text("2")
    buyer.get_by_label("Card number").fill(GOOD_CARD)
    buyer.get_by_role("button", name="Pay $100.00").click()

    expect(figure(charts, "sold")).to_have_text("2")
    expect(figure(charts, "held")).to_have_text("0")
    expect(figure(charts, "revenue")).to_have_text("$100.00")
    expect(charts.locator("#rate-text")).to_contain_text("2 seats were reserved and 2 sold.")
    expect(charts.get_by_role("row", name=re.compile("^A "))).to_contain_text("2% of 100")
    expect(charts.get_by_role("row", name=re.compile("^Paid"))).to_contain_text("100%")
    block = charts.get_by_role("img", name="Section A, block 1: 4% sold, 2 of 50")
    expect(block).to_have_class(re.compile("heat-1"))


def test_figures_are_correct_after_an_outage_of_the_feed(
    visitors: Visitors, shop: Product, carol: User, alice: User, concert: Event, paid_booking: Callable[..., Booking]
) -> None:
    visitors.allow_error("WebSocket|EventSource|ERR_|status of 50[234]")
    page = open_charts(visitors, carol, concert)
    shop.stop_realtime()
    expect(page.locator("[data-live-state]")).to_contain_text("Not live")
    booking = paid_booking(alice, "1-1", "1-2", "1-3")
    refund_booking(booking_id=booking.pk, user=carol)
    shop.start_realtime()
    expect(figure(page, "refunds")).to_have_text("1", timeout=30_000)
    expect(page.locator("#rate-text")).to_contain_text("3 seats were reserved and 3 sold.")
    expect(figure(page, "sold")).to_have_text("0")


def test_a_seller_who_is_signed_out_elsewhere_sees_the_login_page(
    visitors: Visitors, carol: User, concert: Event
) -> None:
    page = open_charts(visitors, carol, concert)
    Session.objects.all().delete()
    expect(page).to_have_url(re.compile("/login"))


def test_without_websockets_the_figures_follow_the_stream(
    visitors: Visitors, carol: User, alice: User, concert: Event, paid_booking: Callable[..., Booking]
) -> None:
    visitors.allow_error("WebSocket")
    page = visitors(carol)
    page.route_web_socket("**/ws/**", lambda socket: socket.close(code=1011))
    page.goto(f"/sell/{concert.pk}")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", "stream", timeout=30_000)
    paid_booking(alice)
    expect(figure(page, "sold")).to_have_text("2")


def test_the_seller_stops_the_sale_and_buyers_see_it(
    visitors: Visitors, carol: User, alice: User, bob: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    held = hold(bob, "5-1", "5-2")
    buyer = visitors(alice)
    seats = SeatMap(buyer, concert)
    seats.pick("A", 1, (2, 1))

    page = open_charts(visitors, carol, concert)
    page.get_by_role("link", name="Stop the sale").click()
    expect(page.get_by_text("2 reserved seats can still be paid for until the reservation ends.")).to_be_visible()
    concert.refresh_from_db()
    assert concert.status == "available"

    page.get_by_role("button", name="Stop the sale").click()
    page.get_by_role("link", name="Charts").click()
    expect(page.locator("[data-status]")).to_have_text("Sales ended")
    expect(page.get_by_role("link", name="Stop the sale")).to_be_hidden()
    concert.refresh_from_db()
    assert concert.status == "ended"

    expect(buyer.locator("[data-sale]")).to_have_text("Sales are closed.")
    with pytest.raises(NotOnSale):
        hold(alice, "2-1")
    pay_booking(booking_id=held.pk, buyer_id=bob.pk, card_number=GOOD_CARD)
    expect(figure(page, "sold")).to_have_text("2")


def test_a_draft_is_published_after_a_preview(visitors: Visitors, carol: User, new_event: Callable[..., Event]) -> None:
    draft = new_event(draft=True)
    page = open_charts(visitors, carol, draft)
    expect(page.get_by_role("link", name="Stop the sale")).to_be_hidden()
    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_text("200 seats in 4 blocks go on sale now.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.status == "draft"
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Charts").click()
    expect(page.locator("[data-status]")).to_have_text("Available")
    expect(page.get_by_role("link", name="Publish")).to_be_hidden()
    expect(page.get_by_role("link", name="Stop the sale")).to_be_visible()


def test_two_sales_are_compared_minute_by_minute(
    visitors: Visitors,
    carol: User,
    alice: User,
    concert: Event,
    new_event: Callable[..., Event],
    paid_booking: Callable[..., Booking],
) -> None:
    earlier = new_event(name="Last year")
    paid_booking(alice, quantity=5, event=earlier)
    paid_booking(alice, quantity=3)
    page = open_charts(visitors, carol, concert)
    page.get_by_label("Event", exact=True).select_option(label="Last year")
    text = page.locator("#compare-text")
    expect(text).to_contain_text("3 seats are sold here; Last year had sold 5 by then, and 5 in the end.")
    expect(page.get_by_role("img", name="Compared with another event").locator("canvas")).to_be_visible()
    paid_booking(alice, quantity=1)
    expect(text).to_contain_text("4 seats are sold here")


@pytest.mark.parametrize("key", ["ArrowRight", "ArrowDown"])
def test_the_heat_map_is_read_by_keyboard(visitors: Visitors, carol: User, concert: Event, key: str) -> None:
    page = open_charts(visitors, carol, concert)
    page.get_by_role("img", name=re.compile("^Section A, block 1:")).focus()
    page.keyboard.press(key)
    expect(page.locator("[data-heat-map-text]")).to_have_text("Section A, block 2: 0% sold, 0 of 50")
