"""What holds for each page of the sellers' desk, as test_every_page.py has it for the others."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from bookings.models import Booking
from bookings.operations.call_off import cancel_event
from bookings.operations.endpoints import add_endpoint, send_test
from bookings.operations.gate_staff import add_gate_staff
from bookings.operations.refund import refund_booking
from e2e.tests.test_every_page import look_at
from e2e.tests.visitors import Visitors
from events.models import Event, Subsection

# Django's: two fields of a time have their names in a paragraph each, and a picture names the field of a search.
NOT_OURS = {"rules": {"label": {"enabled": False}, "label-title-only": {"enabled": False}}}
EVENTS, BOOKINGS, STORY = "/admin/events/event/", "/admin/bookings/booking/", "/admin/bookings/seat/"
GROUPS = [
    "events",
    "steps",
    "seats",
    "bookings",
    "steps with a booking",
    "gate",
    "webhooks",
    "deliveries",
    "index",
]
ADDRESS = (
    "https://example.com/a-path-that-is-longer-than-a-phone-is-wide/and/then/some?token=abcdefghijklmnopqrstuvwxyz"
)


@pytest.fixture
def groups(
    carol: User,
    alice: User,
    concert: Event,
    new_event: Callable[..., Event],
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
) -> dict[str, list[str]]:
    """Where the pages are, those of one subject together, on a stage where each has something to show."""
    hold(alice, "1-1")
    paid, refunded = paid_booking(alice, "2-1", "2-2"), paid_booking(alice, "3-1")
    refund_booking(booking_id=refunded.pk, user=carol)
    draft, called_off = new_event(name="A draft", draft=True), new_event(name="An evening that was called off")
    cancel_event(event_id=called_off.pk, seller=carol)
    endpoint = add_endpoint(seller=carol, url=ADDRESS, kinds=["booking.paid"])
    delivery = send_test(endpoint_id=endpoint.pk, by=carol)
    add_gate_staff(event_id=concert.pk, email="somebody@example.com", seller=carol)
    block = Subsection.objects.get(event=concert, section="A", number=1)
    hooks = "/admin/bookings/endpoint/"
    return {
        "events": [EVENTS, *[f"{EVENTS}{event.pk}/change/" for event in (draft, concert, called_off)]],
        "steps": [f"{EVENTS}{draft.pk}/do/publish/", f"{EVENTS}{concert.pk}/do/cancel/"],
        "seats": [f"{EVENTS}{concert.pk}/seats/?block={block.pk}", f"{STORY}{concert.pk}/{block.pk}/10/"],
        "bookings": [BOOKINGS, *[f"{BOOKINGS}{booking.pk}/change/" for booking in (paid, refunded)]],
        "steps with a booking": [f"{BOOKINGS}{paid.pk}/do/{step}/" for step in ("refund", "resend")],
        "gate": [f"/admin/bookings/{page}/" for page in ("gatestaff", "gatestaff/add", "sellergatestaff", "checkin")],
        "webhooks": [hooks, f"{hooks}add/", f"{hooks}{endpoint.pk}/change/"],
        "deliveries": ["/admin/bookings/delivery/", f"/admin/bookings/delivery/{delivery.pk}/change/"],
        "index": ["/admin/", f"{EVENTS}{concert.pk}/history/"],
    }


@pytest.mark.parametrize("group", GROUPS)
def test_pages_of_the_desk_are_accessible_quiet_and_fit_their_window(
    visitors: Visitors, carol: User, groups: dict[str, list[str]], group: str
) -> None:
    page = visitors(carol)
    for path in groups[group]:
        answer = page.goto(path)
        assert answer is not None and answer.ok, path
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look_at(page, NOT_OURS)


def test_so_is_the_door_to_the_desk(visitors: Visitors) -> None:
    page = visitors(path="/admin/login/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    look_at(page)
