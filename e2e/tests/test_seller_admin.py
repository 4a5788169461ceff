"""The seller admin in a browser: seats blocked by keyboard, an event cancelled with its refunds."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.holds.models import Booking
from e2e.tests.product import Product
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import PHONE, Visitors
from events.models import Event, Subsection


def event_path(event: Event, page: str) -> str:
    return f"/admin/events/event/{event.pk}/{page}"


def seats_path(event: Event) -> str:
    subsection = Subsection.objects.get(event=event, section="A", number=1)
    return event_path(event, f"seats/?block={subsection.pk}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_row_is_blocked_by_keyboard_and_buyers_see_it_live(
    visitors: Visitors, carol: User, alice: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    hold(alice, "2-3")
    seller, buyer = visitors(carol, seats_path(concert)), SeatMap(visitors(alice), concert)

    seller.get_by_role("button", name="All seats shown").focus()
    press(seller, "ArrowDown", "ArrowDown", "Space")  # the number of row 2
    expect(seller.get_by_role("status").filter(has_text="9 seats picked.")).to_be_visible()
    press(seller, "ArrowUp", "ArrowRight", "Space", "Shift+ArrowRight")  # and seats 1 and 2 of row 1
    seller.get_by_role("button", name="Block 11 seats").click()

    expect(seller.get_by_text("Blocked 11 seats of block A-1.")).to_be_visible()
    buyer.open_subsection("A", 1)
    expect(buyer.seat(1, 1)).to_have_attribute("data-state", "blocked")
    states = buyer.states("A", 1)
    blocked = {seat for seat, state in states.items() if state == "blocked"}
    assert blocked == {"1-1", "1-2"} | {f"2-{seat}" for seat in range(1, 11)} - {"2-3"}


def test_a_time_is_also_shown_in_the_sellers_time_zone(visitors: Visitors, carol: User, concert: Event) -> None:
    page = visitors(carol, event_path(concert, "change/"), timezone_id="Europe/Berlin")
    local_time = page.locator(".field-starts_at .own-time")
    page.get_by_label("Starts at: date").fill("2030-07-01")
    page.get_by_label("Starts at: time").fill("23:30")
    expect(local_time).to_have_text("UTC. In your time zone: Tue 2 Jul 2030, 01:30 UTC+2.")
    page.get_by_label("Time zone:").select_option("America/Vancouver")
    expect(local_time).to_have_text("America/Vancouver. In your time zone: Tue 2 Jul 2030, 08:30 UTC+2.")
    page.get_by_label("Time zone:").select_option("Europe/Berlin")
    expect(local_time).to_have_text("Europe/Berlin")
    page.get_by_label("Starts at: time").fill("")
    expect(local_time).to_have_text("Europe/Berlin")
    page.get_by_label("Starts at: time").fill("23:30")
    page.get_by_role("button", name="Save", exact=True).click()
    concert.refresh_from_db()
    assert concert.starts_at == datetime(2030, 7, 1, 21, 30, tzinfo=UTC)


def test_a_taken_seat_cannot_be_selected_and_says_why(
    visitors: Visitors, carol: User, alice: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    hold(alice, "1-1")
    seller = visitors(carol, seats_path(concert))
    seat = seller.get_by_role("button", name="Row 1, seat 1, reserved")
    seat.click(force=True)  # it is disabled for assistive technology, but can be clicked
    expect(seller.get_by_text("Row 1, seat 1 is reserved.")).to_be_visible()
    expect(seller.get_by_text("Nothing to block here.")).to_be_visible()
    expect(seat).to_have_attribute("aria-pressed", "false")


def test_seats_are_unblocked_by_finger(visitors: Visitors, carol: User, concert: Event) -> None:
    seller = visitors(carol, seats_path(concert), viewport=PHONE, has_touch=True)
    seller.get_by_label(re.compile("^Or enter seats by name")).fill("1-1 1-2")
    seller.get_by_role("button", name="Block", exact=True).tap()
    seller.get_by_label("Unblock blocked seats").check()
    seller.get_by_role("button", name="Row 1, seat 2, blocked").tap()
    seller.get_by_role("button", name="Unblock 1 seat").tap()
    expect(seller.get_by_role("button", name="Row 1, seat 2, free")).to_be_visible()
    expect(seller.get_by_role("button", name="Row 1, seat 1, blocked")).to_be_visible()


def test_without_scripts_seats_are_blocked_by_name(visitors: Visitors, carol: User, concert: Event) -> None:
    seller = visitors(carol, seats_path(concert), java_script_enabled=False)
    seller.get_by_label(re.compile("^Or enter seats by name")).fill("1-1, 1-2")
    seller.get_by_role("button", name="Apply").click()
    expect(seller.get_by_text("Blocked 2 seats of block A-1.")).to_be_visible()


def test_subsections_are_selected_in_the_overview(visitors: Visitors, carol: User, concert: Event) -> None:
    seller = visitors(carol, event_path(concert, "seats/"))
    seller.locator("#overview .block").nth(2).click(modifiers=["Shift"])
    expect(seller.get_by_role("checkbox", name="Block B-1")).to_be_checked()
    seller.get_by_role("button", name="Block free seats of ticked blocks").click()
    expect(seller.get_by_text("Blocked 50 seats in 1 block.")).to_be_visible()
    seller.locator("#overview .block").nth(2).click()
    expect(seller.get_by_role("heading", name="Block B-1: 5 rows of 10 seats")).to_be_visible()
    expect(seller.get_by_role("button", name=re.compile("blocked$"))).to_have_count(50)


def test_cancelling_an_event_shows_a_preview_and_the_progress_of_refunds(
    visitors: Visitors, shop: Product, carol: User, alice: User, concert: Event, paid_booking: Callable[..., Booking]
) -> None:
    paid_booking(alice)
    seller = visitors(carol, event_path(concert, "change/"))
    seller.get_by_role("link", name="Cancel the event …").click()
    expect(seller.get_by_text("1 paid booking of 1 buyer is refunded in full: $100.00 in all.")).to_be_visible()
    seller.get_by_role("button", name="Cancel the event").click()

    bar = seller.get_by_role("progressbar", name="Refunds")
    expect(seller.get_by_text("0 of 1 booking refunded")).to_be_visible()
    expect(bar).to_have_attribute("value", "0")
    with shop.worker():
        expect(seller.get_by_text("1 of 1 booking refunded.")).to_be_visible(timeout=60_000)
        expect(bar).to_have_attribute("value", "1")
        expect(seller.get_by_text("Done.")).to_be_visible()


def test_the_first_page_leads_to_every_list(visitors: Visitors, carol: User) -> None:
    page = visitors(carol, "/admin/")
    names = page.locator("#content-main th a").all_inner_texts()
    assert {"Events", "Venues", "Bookings"} <= set(names)
    for name in names:
        page.locator("#content-main th").get_by_role("link", name=name, exact=True).click()  # nothing covers it
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.goto("/admin/")
