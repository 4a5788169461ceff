"""The buyer's tickets: shown with codes, and given back."""

from collections.abc import Callable

from playwright.sync_api import expect

from accounts.models import User
from bookings.holds.models import Booking
from e2e.tests.visitors import Visitors


def test_tickets_are_shown_with_their_codes(
    visitors: Visitors, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    booking = paid_booking(alice, "1-1", "1-2")
    page = visitors(alice, f"/checkout/{booking.pk}/done")
    codes = page.get_by_role("img", name="Ticket code")
    expect(codes).to_have_count(2)
    assert codes.evaluate_all("images => images.every(image => image.complete && image.naturalWidth > 0)")
    pdf = page.request.get(page.get_by_role("link", name="Tickets as PDF").get_attribute("href") or "")
    assert (pdf.status, pdf.headers["content-type"]) == (200, "application/pdf")


def test_tickets_are_given_back_after_a_confirmation(
    visitors: Visitors, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    booking = paid_booking(alice, "1-1", "1-2")
    page = visitors(alice, f"/checkout/{booking.pk}/done")
    page.get_by_role("button", name="Return the tickets").click()
    page.get_by_role("button", name="Keep my tickets").press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Return the tickets").click()
    page.get_by_role("button", name="Return them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Refunded")
    booking.refresh_from_db()
    assert booking.status == "refunded"
