"""The seats of a plan in the seller admin: they have their own labels, and are blocked by mouse."""

from playwright.sync_api import expect

from accounts.models import User
from e2e.tests.visitors import Visitors
from events.models import Event, Subsection


def test_seats_of_a_plan_are_picked_by_their_labels(visitors: Visitors, carol: User, opera: Event) -> None:
    stalls = Subsection.objects.get(event=opera, section="Parkett links", number=1)
    page = visitors(carol, f"/admin/events/event/{opera.pk}/seats/?block={stalls.pk}#block")
    expect(page.get_by_role("heading", name="26 seats in 4 rows")).to_be_visible()
    page.get_by_role("button", name="Row C, seat 8, free").click()
    page.get_by_role("button", name="Row A, seat 1, wheelchair place, free").click()
    expect(page.locator("#seat-detail")).to_contain_text("Row A, seat 1 is free.")
    expect(page.get_by_label("Or enter seats by name")).to_have_value("C-8\nA-1")
    page.get_by_role("button", name="Block 2 seats").click()
    expect(page.get_by_text("Blocked 2 seats of block Parkett links-1.")).to_be_visible()
    stalls.refresh_from_db()
    assert stalls.seat_status == "b" + "a" * 17 + "b" + "a" * 6 + "b"
    page.get_by_role("button", name="Row D, seat 7").click()
    page.get_by_role("link", name="Explain this seat").click()
    expect(page.get_by_role("heading", name="row D, seat 7")).to_be_visible()
