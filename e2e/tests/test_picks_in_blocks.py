"""Seats in several blocks are picked on the map, survive the sign-in, and are reserved and paid as one order."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from accounts.models import User
from bookings.holds.models import Booking
from bookings.orders.models import Order
from bookings.states import BookingStatus
from conftest import GOOD_CARD, PASSWORD
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.models import Event

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


def test_a_visitor_on_a_phone_picks_in_two_blocks_signs_in_and_pays_once(
    visitors: Visitors, alice: User, concert: Event
) -> None:
    page = visitors(None, **PHONE)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (2, 3), (2, 4))
    page.get_by_role("button", name="All blocks").click()
    seats.pick("B", 1, (1, 5))
    expect(seats.summary).to_contain_text("3 seats · $120.00")
    picked = "Section A, block 1, row 2, seats 3 and 4; Section B, block 1, row 1, seat 5"
    expect(seats.summary).to_contain_text(re.compile(picked.replace(" ", r"\s")))
    seats.hold()
    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    seats = SeatMap(page, concert, opened=True)
    expect(seats.note).to_contain_text("Welcome back. Your seats are still free")
    seats.hold()
    expect(page.get_by_text("To pay $120.00")).to_be_visible()
    page.get_by_label("Card number").fill(GOOD_CARD)
    page.get_by_role("button", name="Pay $120.00").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    order = Order.objects.get()
    assert sorted(order.bookings.values_list("quantity", "status")) == [
        (1, BookingStatus.PAID), (2, BookingStatus.PAID)
    ]  # fmt: skip


def test_a_seat_that_is_taken_meanwhile_is_named_with_its_block_and_the_rest_stays_picked(
    visitors: Visitors, alice: User, bob: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    page = visitors(alice)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (2, 3))
    page.get_by_role("button", name="All blocks").click()
    seats.pick("B", 1, (1, 5))
    hold(bob, "1-5", section="B")
    expect(seats.summary).to_contain_text("Row 1 seat 5 was taken")
    expect(seats.summary).to_contain_text("1 seat")
    seats.hold()
    expect(page.get_by_text("To pay $50.00")).to_be_visible()
    assert Booking.objects.filter(buyer=alice).values_list("quantity", flat=True).get() == 1
