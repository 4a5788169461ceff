"""The checkout of an order over several blocks: a block is taken out, the rest is paid at once, or held again."""

import re

from playwright.sync_api import expect

from accounts.models import User
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.orders.tests.stage import order_of
from bookings.states import BookingStatus
from conftest import GOOD_CARD
from core.clock import database_now
from e2e.tests.visitors import Visitors
from events.models import Event

PHONE = {"width": 360, "height": 740}


def test_a_block_is_taken_out_and_the_rest_is_paid(visitors: Visitors, alice: User, concert: Event) -> None:
    order = order_of(alice, concert, "A1", "A2", "B1")
    page = visitors(alice, f"/checkout/{order[0].order_id}", viewport=PHONE)
    expect(page.get_by_text("To pay $240.00")).to_be_visible()
    page.get_by_role("button", name="Take out Section A, block 2").click()
    expect(page.get_by_role("dialog")).to_contain_text("Section A, block 2: row 1, seats 1 and 2.")
    page.get_by_role("button", name="Keep them").click()
    page.get_by_role("button", name="Take out Section A, block 2").click()
    page.get_by_role("button", name="Take them out").click()
    expect(page.get_by_role("button", name="Pay $140.00")).to_be_visible()
    expect(page.get_by_text("To pay $140.00")).to_be_visible()
    expect(page.locator("#receipt").get_by_text("block 2")).to_have_count(0)

    page.get_by_label("Card number").fill(GOOD_CARD)
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    expect(page.get_by_role("img", name=re.compile("^Ticket code: "))).to_have_count(4)
    statuses = set(Booking.objects.exclude(pk=order[1].pk).values_list("status", flat=True))
    assert statuses == {BookingStatus.PAID}


def test_a_lost_order_is_held_again_as_a_whole(visitors: Visitors, alice: User, concert: Event) -> None:
    order = order_of(alice, concert, "A1", "B1")
    page = visitors(alice, f"/checkout/{order[0].order_id}")
    expect(page.get_by_role("button", name="Pay $140.00")).to_be_enabled()
    Booking.objects.update(expires_at=database_now())
    expire_holds()
    expect(page.get_by_role("heading", name="Expired")).to_be_visible()
    page.get_by_role("button", name="Try to get the same seats").click()
    expect(page.get_by_role("button", name="Pay $140.00")).to_be_visible()
    held = Booking.objects.filter(status=BookingStatus.PENDING_PAYMENT)
    [again] = set(held.values_list("order_id", flat=True))
    assert (held.count(), page.url.rsplit("/", 1)[1]) == (2, str(again))
