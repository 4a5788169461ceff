"""Rules for every page of the seller admin; test_every_page.py has them for the other pages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from bookings.checkin.staff import add_gate_staff
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.webhooks.endpoints import add_endpoint, send_test
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import Visitors
from events.models import Event, Subsection
from events.picture_models import EventPicture
from events.plans.examples import template
from events.venues.plans import add_plan, publish_plan, save_draft
from events.venues.write import add_venue

# Caused by Django: the labels of date and time are paragraphs, and an image labels the search field.
DJANGO_ISSUES = {"rules": {"label": {"enabled": False}, "label-title-only": {"enabled": False}}}
VENUES, PLANS = "/admin/events/venue/", "/admin/events/seatingplan/"
EVENTS, BOOKINGS, HISTORY = "/admin/events/event/", "/admin/bookings/booking/", "/admin/bookings/seat/"
GROUPS = [
    "events",
    "event actions",
    "seats",
    "venues",
    "seating plans",
    "picture",
    "bookings",
    "booking actions",
    "check-in",
    "webhooks",
    "deliveries",
    "index",
]
LONG_URL = (
    "https://example.com/a-path-that-is-longer-than-a-phone-is-wide/and/then/some?token=abcdefghijklmnopqrstuvwxyz"
)


@pytest.fixture
def groups(
    carol: User,
    alice: User,
    concert: Event,
    new_event: Callable[..., Event],
    new_drawn_event: Callable[..., Event],
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
    give_picture: Callable[[Event], EventPicture],
) -> dict[str, list[str]]:
    """The pages by subject, with something to show on each."""
    hold(alice, "1-1")
    paid, refunded = paid_booking(alice, "2-1", "2-2"), paid_booking(alice, "3-1")
    refund_booking(booking_id=refunded.pk, user=carol)
    draft, cancelled = new_event(name="A draft", draft=True), new_event(name="A cancelled event")
    cancel_event(event_id=cancelled.pk, seller=carol)
    give_picture(concert)
    endpoint = add_endpoint(seller=carol, url=LONG_URL, kinds=["booking.paid"])
    delivery = send_test(endpoint_id=endpoint.pk, by=carol)
    add_gate_staff(event_id=concert.pk, email="somebody@example.com", seller=carol)
    subsection = Subsection.objects.get(event=concert, section="A", number=1)
    webhooks = "/admin/bookings/endpoint/"
    venue = add_venue(seller=carol, name="Opera house", time_zone="UTC")
    drawn, wrong = (
        add_plan(venue_id=venue.pk, seller=carol, name=name, draft=draft)
        for name, draft in (("Concert", template("concert_hall")), ("Banquet", {"format": 1}))
    )
    new_drawn_event(version=publish_plan(plan_id=drawn.pk, seller=carol))
    save_draft(plan_id=drawn.pk, seller=carol, draft=template("theatre"), revision=0)
    return {
        "events": [EVENTS, *[f"{EVENTS}{event.pk}/change/" for event in (draft, concert, cancelled)]],
        "event actions": [f"{EVENTS}{draft.pk}/do/publish/", f"{EVENTS}{concert.pk}/do/cancel/"],
        "seats": [f"{EVENTS}{concert.pk}/seats/?block={subsection.pk}", f"{HISTORY}{concert.pk}/{subsection.pk}/10/"],
        "venues": [VENUES, f"{VENUES}add/", f"{VENUES}{venue.pk}/change/"],
        "seating plans": [
            *(PLANS, f"{PLANS}add/", f"{PLANS}{drawn.pk}/change/", f"{PLANS}{wrong.pk}/change/"),
            *(f"{PLANS}{plan.pk}/do/publish/" for plan in (drawn, wrong)),
        ],
        "picture": [f"{EVENTS}{event.pk}/picture/" for event in (concert, draft)],
        "bookings": [BOOKINGS, *[f"{BOOKINGS}{booking.pk}/change/" for booking in (paid, refunded)]],
        "booking actions": [f"{BOOKINGS}{paid.pk}/do/{action}/" for action in ("refund", "resend")],
        "check-in": [
            f"/admin/bookings/{page}/" for page in ("gatestaff", "gatestaff/add", "sellergatestaff", "checkin")
        ],
        "webhooks": [webhooks, f"{webhooks}add/", f"{webhooks}{endpoint.pk}/change/"],
        "deliveries": ["/admin/bookings/delivery/", f"/admin/bookings/delivery/{delivery.pk}/change/"],
        "index": ["/admin/", f"{EVENTS}{concert.pk}/history/"],
    }


@pytest.mark.parametrize("group", GROUPS)
def test_pages_of_the_seller_admin_are_accessible_without_errors_and_fit_the_window(
    visitors: Visitors, carol: User, groups: dict[str, list[str]], group: str
) -> None:
    page = visitors(carol)
    for path in groups[group]:
        response = page.goto(path)
        assert response is not None and response.ok, path
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_page(page, DJANGO_ISSUES)


def test_the_login_page_of_the_admin_is_accessible_too(visitors: Visitors) -> None:
    page = visitors(path="/admin/login/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    check_page(page)
