"""A seller helps a buyer in the admin: refunds a booking, sends tickets again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from accounts.models import User
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from core.clock import database_now
from e2e.tests.product import Product
from e2e.tests.visitors import PHONE, Visitors
from events.models import Event
from ticketing.embedded.processes import wait_for

LIST = "/admin/bookings/booking/"


def test_a_seller_refunds_and_the_buyer_sees_it_at_once(
    visitors: Visitors, alice: User, carol: User, concert: Event, paid_booking: Callable[..., Booking]
) -> None:
    paid_booking(alice, "1-1", "1-2")
    buyer = visitors(alice, "/bookings")
    own_booking = buyer.get_by_role("listitem").filter(has_text=concert.name)
    expect(own_booking).to_contain_text("Paid")

    seller = visitors(carol, LIST, viewport=PHONE)
    seller.locator("#searchbar").fill("alice")
    seller.get_by_role("button", name="Find").click()
    seller.get_by_role("link", name="alice@example.com").click()
    seller.get_by_role("link", name="Refund").click()
    expect(seller.get_by_text("1 booking, $100.00.")).to_be_visible()
    seller.get_by_role("button", name="Refund").click()
    expect(seller.get_by_text("Refunded $100.00: the tickets are void")).to_be_visible()
    expect(seller.get_by_role("link", name="Refund")).to_have_count(0)
    seller.get_by_role("link", name="History").click()
    expect(seller.get_by_text("Refunded $100.00: the tickets are void")).to_be_visible()

    buyer.reload()
    expect(own_booking).to_contain_text("Refunded")


def test_the_tickets_are_sent_again(
    shop: Product, visitors: Visitors, alice: User, carol: User, paid_booking: Callable[..., Booking]
) -> None:
    booking = paid_booking(alice)

    def emails_of_booking() -> list[Path]:
        return [mail for mail in (shop.folder / "mail").glob("*") if str(booking.pk) in mail.read_text()]

    with shop.worker():
        assert wait_for(lambda: len(emails_of_booking()) == 1, 30)
        EmailMessage.objects.update(written_at=database_now() - timedelta(minutes=2))
        seller = visitors(carol, f"{LIST}{booking.pk}/change/")
        seller.get_by_role("link", name="Send the tickets again").click()
        seller.get_by_role("button", name="Send the tickets again").click()
        expect(seller.get_by_text("Tickets sent again to alice@example.com.")).to_be_visible()
        assert wait_for(lambda: len(emails_of_booking()) == 2, 30)
    assert "sent again" in "".join(mail.read_text() for mail in emails_of_booking())
