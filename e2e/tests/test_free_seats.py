"""Seats that cost nothing, from the map to the returned tickets: no card and no price of 0.00."""

from collections.abc import Callable

from playwright.sync_api import expect

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.models import Payment
from e2e.tests.visitors import Visitors
from events.models import Event

FREE = [{"name": "A", "price": 0, "subsections": 1}]


def test_free_seats_need_no_card(visitors: Visitors, alice: User, new_event: Callable[..., Event]) -> None:
    event = new_event(FREE)
    page = visitors(alice, "/")
    expect(page.locator(".event-price")).to_have_text("Free")
    page.goto(page.url + f"events/{event.pk}")
    expect(page.locator("[data-prices]")).to_have_text("Free")
    page.get_by_role("button", name="Best seats", exact=True).click()
    expect(page.locator("[data-count]").first).to_contain_text("Free")
    page.get_by_role("button", name="Reserve seats").click()

    expect(page.get_by_role("heading", name="Get your tickets")).to_be_visible()
    expect(page.get_by_label("Card number")).to_have_count(0)
    expect(page.get_by_role("main")).not_to_contain_text("0.00")
    page.get_by_role("button", name="Get tickets").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    assert Payment.objects.get().gateway == "free"

    page.get_by_role("button", name="Return the tickets").click()
    expect(page.get_by_role("dialog")).not_to_contain_text("card")
    page.get_by_role("button", name="Return them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tickets returned")
    expect(page.get_by_role("main")).not_to_contain_text("0.00")


def test_a_double_click_gets_the_tickets_once(
    visitors: Visitors, alice: User, new_event: Callable[..., Event], hold: Callable[..., Booking]
) -> None:
    booking = hold(alice, event=new_event(FREE))
    page = visitors(alice, f"/checkout/{booking.pk}")
    page.get_by_role("button", name="Get tickets").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    assert Payment.objects.count() == 1
