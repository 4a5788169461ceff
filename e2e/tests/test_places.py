"""Names and prices of seats of a seating plan, on the buyer's pages and at the door."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from bookings.checkin.tests.stage import codes_of
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from bookings.testing.plans import LONG_ROW, LONG_SEAT
from conftest import GOOD_CARD
from e2e.tests.scanner import OFFLINE_ERROR, Scanner
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import PHONE, Visitors
from events.models import Event

Hold = Callable[..., Booking]
LONG = f"Row {LONG_ROW}, seat {LONG_SEAT}"


@pytest.fixture
def held(gala: Event, hold: Hold, alice: User) -> Booking:
    """Three held seats at two prices, one with labels as long as they may be."""
    return hold(alice, "AA-101", "AA-102", f"{LONG_ROW}-{LONG_SEAT}", event=gala, section="Parkett links")


@pytest.fixture
def standing(gala: Event, paid_booking: Hold, alice: User) -> Booking:
    """Two people in the standing area."""
    return paid_booking(alice, quantity=2, event=gala, section="Floor")


def test_the_receipt_has_the_names_and_the_price_of_each_seat(visitors: Visitors, held: Booking, alice: User) -> None:
    page = visitors(alice, f"/checkout/{held.pk}")
    receipt = page.get_by_role("region", name="Your seats")
    expect(receipt.locator(".receipt-block")).to_have_text("Parkett links")  # without a tier: there are two
    lines = receipt.get_by_role("listitem")
    expect(lines).to_have_count(3)
    for line, text in enumerate(("Row AA, seat 101 $95.00", "Row AA, seat 102 $45.00")):
        expect(lines.nth(line)).to_have_text(text)
    expect(lines.nth(2)).to_have_text(f"{LONG} $95.00")
    expect(receipt).to_contain_text("2 seats at $95.00, 1 at $45.00.")
    check_page(page)
    page.get_by_role("button", name="Cancel the reservation").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Parkett links: row AA, seats 101 and 102; {LONG[0].lower()}{LONG[1:]}")


def test_tickets_and_the_list_of_bookings_have_the_names(
    visitors: Visitors, held: Booking, standing: Booking, alice: User
) -> None:
    pay_booking(booking_id=held.pk, buyer_id=alice.pk, card_number=GOOD_CARD)
    page = visitors(alice, f"/checkout/{held.pk}/done")
    tickets = page.locator(".ticket")
    expect(tickets).to_have_count(3)
    expect(tickets.nth(0)).to_contain_text("Row AA, seat 101")
    expect(tickets.nth(0)).to_contain_text("Parkett links")
    check_page(page)
    page.goto(f"/checkout/{standing.pk}/done")
    expect(page.locator(".ticket").nth(1)).to_contain_text("Standing")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your places are booked")
    expect(page.get_by_role("region", name="Your places")).to_contain_text("Standing, 2 places $70.00")
    check_page(page)
    page.goto("/bookings")
    expect(page.locator(".booking", has_text="Floor")).to_contain_text("Standing, 2 places")
    expect(page.locator(".booking", has_text="Parkett links")).to_contain_text("Row AA, seats 101 and 102")
    check_page(page)


def test_the_door_names_the_seats_online_and_offline(
    visitors: Visitors, gala: Event, held: Booking, standing: Booking, alice: User, carol: User
) -> None:
    pay_booking(booking_id=held.pk, buyer_id=alice.pk, card_number=GOOD_CARD)
    first, second, long = codes_of(held)
    one, other = codes_of(standing)
    visitors.allow_error(OFFLINE_ERROR)
    page = visitors(carol, f"/gate/{gala.pk}", viewport=PHONE)
    scanner = Scanner(page)
    expect(page.get_by_text("Opens offline", exact=True)).to_be_visible()
    scanner.scan(first, "accepted")
    expect(scanner.panel).to_contain_text("Parkett links · Row AA · Seat 101")
    scanner.scan(one, "accepted")
    expect(scanner.panel).to_contain_text("Floor · Standing")
    check_page(page)
    scanner.type(held.reference)
    expect(scanner.found.get_by_role("button", name="Let in all")).to_contain_text("Parkett links · Row AA · Seat 102")

    scanner.go_offline()
    scanner.scan(second, "accepted", offline=True)
    expect(scanner.panel).to_contain_text("Parkett links · Row AA · Seat 102")
    scanner.scan(other, "accepted", offline=True)
    expect(scanner.panel).to_contain_text("Floor · Standing")
    scanner.scan(long, "accepted", offline=True)
    expect(scanner.panel).to_contain_text(f"Row {LONG_ROW} · Seat {LONG_SEAT}")
    page.set_viewport_size(PHONE)
    check_page(page)


def test_what_is_special_about_a_seat_is_said_until_the_door(
    visitors: Visitors, gala: Event, hold: Hold, alice: User, carol: User
) -> None:
    booking = hold(alice, "AA-109", "BB-110", event=gala, section="Parkett links")
    page = visitors(alice, f"/checkout/{booking.pk}")
    lines = page.get_by_role("region", name="Your seats").get_by_role("listitem")
    expect(lines.nth(0)).to_have_text("Row AA, seat 109Wheelchair place $95.00")
    expect(lines.nth(1)).to_have_text("Row BB, seat 110Restricted view: Behind a pillar. $95.00")
    check_page(page)
    pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD)
    page.wait_for_url("**/done")  # the checkout page goes there by itself
    expect(page.locator(".ticket").nth(0)).to_contain_text("Wheelchair place")
    expect(page.locator(".ticket").nth(1)).to_contain_text("Restricted view: Behind a pillar.")
    check_page(page)
    page.goto("/bookings")
    expect(page.locator(".booking")).to_contain_text("Row AA, seat 109 · Wheelchair place")
    check_page(page)

    visitors.allow_error(OFFLINE_ERROR)
    gate = visitors(carol, f"/gate/{gala.pk}", viewport=PHONE)
    scanner = Scanner(gate)
    expect(gate.get_by_text("Opens offline", exact=True)).to_be_visible()
    first, second = codes_of(booking)
    scanner.scan(second, "accepted")
    expect(scanner.panel).to_contain_text("Row BB · Seat 110 · Restricted view: Behind a pillar.")
    scanner.go_offline()
    scanner.scan(first, "accepted", offline=True)
    expect(scanner.panel).to_contain_text("Row AA · Seat 109 · Wheelchair place")


def test_the_seller_sees_the_names_of_blocks_and_each_tier(
    visitors: Visitors, gala: Event, standing: Booking, paid_booking: Hold, alice: User, carol: User
) -> None:
    paid_booking(alice, "AA-101", "AA-102", event=gala, section="Parkett links")
    page = visitors(carol, f"/sell/{gala.pk}", timezone_id="Asia/Tokyo")
    blocks = page.get_by_role("group", name="Seats sold by block").get_by_role("img")
    expect(blocks).to_have_count(5)
    for block, text in enumerate(
        ("Parkett links: ", "Balkon, block 1: ", "Balkon, block 2: ", "Cabaret: ", "Floor: 4% sold")
    ):
        expect(blocks.nth(block)).to_have_attribute("aria-label", re.compile(f"^{text}"))
    tiers = page.get_by_role("region", name="By tier").locator("tbody tr")
    expect(tiers.nth(0)).to_contain_text(re.compile(r"Category 1.*1.*\$95\.00"))
    expect(tiers.nth(1)).to_contain_text(re.compile(r"Category 2.*1.*\$45\.00"))
    expect(page.locator(".u-legend")).to_contain_text(re.compile(r"Time, UTC\+[12]"))  # of Berlin
    check_page(page)
