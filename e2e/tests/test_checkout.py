"""Checkout: in time, too late, with a declined card, and with a double click."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.models import Payment
from bookings.states import BookingStatus
from conftest import GOOD_CARD
from e2e.tests.product import Product
from e2e.tests.visitors import Visitors
from events.models import Event, Ticket

DECLINED = "4000000000000002"
SECONDS = 1000  # ms
HOLD_SECONDS = 31  # one more than at the warning


def pay_with(page: Page, card: str) -> None:
    page.get_by_label("Card number").fill(card)
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def test_a_declined_card_keeps_the_seats_for_the_next_one(
    visitors: Visitors, alice: User, hold: Callable[..., Booking]
) -> None:
    booking = hold(alice, "1-1", "1-2")
    page = visitors(alice, f"/checkout/{booking.pk}")
    pay_with(page, DECLINED)
    expect(page.get_by_role("main").get_by_role("alert").filter(visible=True)).to_contain_text("declined")
    expect(page.get_by_label("Card number")).to_be_focused()
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PENDING_PAYMENT

    pay_with(page, GOOD_CARD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")


def test_a_double_click_charges_once(visitors: Visitors, alice: User, hold: Callable[..., Booking]) -> None:
    booking = hold(alice, "1-1", "1-2")
    page = visitors(alice, f"/checkout/{booking.pk}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/pay") else None)
    page.get_by_label("Card number").fill(GOOD_CARD)
    page.get_by_role("button", name=re.compile("^Pay ")).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    assert len(sent) == 1
    assert booking.payments.count() == 1


def test_a_wrong_card_number_is_reported_before_anything_is_sent(
    visitors: Visitors, alice: User, hold: Callable[..., Booking]
) -> None:
    booking = hold(alice, "1-1")
    page = visitors(alice, f"/checkout/{booking.pk}")
    pay_with(page, "4242424242424241")
    expect(page.get_by_label("Card number")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Card number")).to_be_focused()
    assert not Payment.objects.exists()


def test_seats_are_released_only_after_a_confirmation(
    visitors: Visitors, alice: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    booking = hold(alice, "1-1")
    page = visitors(alice, f"/checkout/{booking.pk}")
    page.get_by_role("button", name="Cancel the reservation").click()
    page.get_by_role("button", name="Keep the reservation").click()
    page.get_by_role("button", name="Cancel the reservation").click()
    page.get_by_role("button", name="Cancel it").click()
    page.wait_for_url(f"**/events/{concert.pk}")
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED


def test_expiry_is_announced_and_keeps_the_form_fields(
    visitors: Visitors, shop: Product, alice: User, new_event: Callable[..., Event], hold: Callable[..., Booking]
) -> None:
    event = new_event(hold_seconds=HOLD_SECONDS)
    with shop.worker():
        booking = hold(alice, "1-1", "1-2", event=event)
        page = visitors(alice, f"/checkout/{booking.pk}")
        page.get_by_label("Card number").fill(GOOD_CARD[:10])
        live_region = page.locator("#live-assertive")
        expect(live_region).to_contain_text(re.compile(r"(30|29|28|27|26) seconds left to pay"))
        expect(live_region).to_contain_text("Alt and M")
        expect(page.get_by_role("heading", name="Expired")).to_be_visible(timeout=(HOLD_SECONDS + 5) * SECONDS)
        expect(page.get_by_role("heading", name="Expired")).to_be_focused()
        expect(page.get_by_label("Card number")).to_have_value("4242 4242 42")
        expect(page.get_by_role("button", name=re.compile("^Pay "))).to_be_disabled()
        page.wait_for_timeout(2 * SECONDS)  # the sweep runs several times a second
        assert set(Ticket.objects.filter(event=event).values_list("status", flat=True)) == {"available"}

        page.get_by_role("button", name="Try to get the same seats").click()
        expect(page.get_by_role("timer")).to_be_visible()
        expect(page.get_by_label("Card number")).to_have_value("4242 4242 42")
        pay_with(page, GOOD_CARD)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    assert Booking.objects.filter(buyer=alice, status=BookingStatus.PAID).count() == 1


def test_a_payment_is_confirmed_on_the_banks_page_after_going_back_once(
    visitors: Visitors, alice: User, hold: Callable[..., Booking]
) -> None:
    booking = hold(alice, "1-1", "1-2")
    page = visitors(alice, f"/checkout/{booking.pk}")
    page.get_by_role("button", name="Demo bank").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demo bank")
    page.go_back()
    expect(page.get_by_text("Your payment is in progress")).to_be_visible()
    page.get_by_role("link", name="Go on there").click()
    page.get_by_role("button", name="Confirm the payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    assert booking.payments.count() == 1
