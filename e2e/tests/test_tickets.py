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


def test_printed_tickets_have_no_buttons_and_are_whole(
    visitors: Visitors, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    booking = paid_booking(alice, "1-1", "1-2")
    page = visitors(alice, f"/checkout/{booking.pk}/done")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.emulate_media(media="print")
    for role in ("navigation", "button"):
        expect(page.get_by_role(role)).to_have_count(0)  # hidden ones don't count
    expect(page.get_by_role("link", name="Tickets as PDF")).to_have_count(0)
    expect(page.get_by_role("img", name="Ticket code")).to_have_count(2)
    for ticket in booking.admissions.all():
        expect(page.get_by_text(ticket.reference)).to_be_visible()
    assert page.locator(".ticket").first.evaluate("ticket => getComputedStyle(ticket).breakInside") == "avoid"
