"""Rules for every page: accessible in light and dark, on wide and narrow screens, no overflow, no browser errors.

test_every_admin_page.py checks the pages of the seller admin.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from e2e.tests.visitors import DESKTOP, PHONE, Visitors
from events.models import Event
from events.picture_models import EventPicture
from events.pictures import poster

BAD = ("serious", "critical")
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (("light", {}), ("dark", COLOURS))
AXE_OPTIONS = {"preload": False}  # with preload, axe fetches stylesheets from wrong URLs
REDRAW_MS = 100  # maps and charts adapt to the window
PAGES = [
    "list",
    "empty list",
    "event",
    "event with picks",
    "event with a picture",
    "list with a picture",
    "event, cancelled",
    "event with a queue",
    "checkout",
    "checkout, expired",
    "done",
    "my bookings",
    "account",
    "my data",
    "new email address",
    "no bookings",
    "login",
    "register",
    "reset",
    "reset, new password",
    "verify",
    "refunded",
    "seller's events",
    "seller's charts",
    "gate staff's events",
    "no events for gate staff",
    "403",
    "404",
]  # fmt: skip

Place = tuple[User | None, str]


@pytest.fixture
def event(new_event: Callable[..., Event]) -> Event:
    return new_event(name="An evening of string quartets", starts_at=datetime.now(UTC) + timedelta(days=30))


@pytest.fixture
def place(
    request: pytest.FixtureRequest,
    alice: User,
    bob: User,
    carol: User,
    event: Event,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
    give_picture: Callable[[Event], EventPicture],
) -> Place:
    """The visitor and the path of the page named by the parameter."""
    name = request.param
    held = hold(alice, "1-1", "1-2", event=event)
    paid = paid_booking(alice, "2-1", event=event)
    refunded = paid_booking(alice, "4-1", event=event)
    refund_booking(booking_id=refunded.pk, user=alice)
    over = hold(alice, "3-1", event=event)
    Booking.objects.filter(pk=over.pk).update(expires_at=Now())
    if name == "event, cancelled":
        cancel_event(event_id=event.pk, seller=carol)
    elif name == "event with a queue":
        Event.objects.filter(pk=event.pk).update(waiting_room_on=True)
    elif name.endswith("with a picture"):
        give_picture(event)
    return {
        "list": (None, "/"),
        "empty list": (None, "/?q=nothing-is-called-so"),
        "event": (None, f"/events/{event.pk}"),
        "event with picks": (alice, f"/events/{event.pk}"),
        "event with a picture": (None, f"/events/{event.pk}"),
        "list with a picture": (None, "/"),
        "event, cancelled": (alice, f"/events/{event.pk}"),
        "event with a queue": (alice, f"/events/{event.pk}"),
        "checkout": (alice, f"/checkout/{held.pk}"),
        "checkout, expired": (alice, f"/checkout/{over.pk}"),
        "done": (alice, f"/checkout/{paid.pk}/done"),
        "my bookings": (alice, "/bookings"),
        "account": (alice, "/account"),
        "my data": (alice, "/account/data"),
        "new email address": (None, "/account/email/confirm?token=not-a-token"),
        "no bookings": (bob, "/bookings"),
        "login": (None, "/login?next=/bookings"),
        "register": (None, "/register"),
        "reset": (None, "/reset"),
        "reset, new password": (None, "/reset/MQ/not-a-token"),
        "verify": (None, "/verify?token=not-a-token"),
        "refunded": (alice, f"/checkout/{refunded.pk}/done"),
        "seller's events": (carol, "/sell"),
        "seller's charts": (carol, f"/sell/{event.pk}"),
        "gate staff's events": (carol, "/gate"),
        "no events for gate staff": (bob, "/gate"),
        "403": (carol, f"/checkout/{held.pk}"),
        "404": (None, "/there-is-no-such-page"),
    }[name]


@pytest.mark.parametrize(("name", "place"), [(name, name) for name in PAGES], indirect=["place"], ids=PAGES)
def test_a_page_is_accessible_without_errors_and_fits_the_window(visitors: Visitors, name: str, place: Place) -> None:
    refusals = ("404 .*/there-is-no-such-page", "403 .*/checkout/", "400 .*/api/user/verify", "400 .*/account/email/")
    for expected in refusals:
        visitors.allow_error(f"status of {expected}")
    page = visitors(*place)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if name.startswith("event") or name == "seller's charts":
        expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", "live")
    if name == "event with picks":
        page.get_by_role("button", name="Best seats").click()
        expect(page.get_by_role("grid")).to_be_visible()
    if name.endswith("with a picture"):
        picture = page.get_by_role("img", name=poster.ALT)
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 0
    check_page(page)


@pytest.mark.parametrize("path", ["list", "event"])
def test_without_scripts_a_page_shows_the_event_and_its_price(visitors: Visitors, event: Event, path: str) -> None:
    page = visitors(path="/" if path == "list" else f"/events/{event.pk}", java_script_enabled=False)
    expect(page.get_by_role("main")).to_contain_text(event.name)
    expect(page.get_by_role("main")).to_contain_text("$20.00")
    assert "Ticketing" in page.title()


def test_a_booking_of_another_buyer_is_not_found(
    visitors: Visitors, bob: User, alice: User, hold: Callable[..., Booking]
) -> None:
    visitors.allow_error("status of 404")
    page = visitors(bob, f"/checkout/{hold(alice, '1-1').pk}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")


def check_page(page: Page, options: dict[str, Any] | None = None) -> None:
    """Check the page in a wide window and on a phone, in light and dark.

    In dark only the colours are checked, because nothing else differs.
    """
    assert page.title()
    expect(page.locator("link[rel=icon]")).to_have_count(1)
    for window in (DESKTOP, PHONE):
        page.set_viewport_size(window)
        for scheme, rules in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(REDRAW_MS)
            assert_fits(page)
            assert_accessible(page, options=rules | (options or {}))


def assert_fits(page: Page) -> None:
    """Assert that nothing is wider than the window."""
    content, window = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert content <= window, f"{content} px wide in a window of {window}"


def assert_accessible(page: Page, options: dict[str, Any] | None = None) -> None:
    """Assert that axe finds nothing serious or critical."""
    violations = Axe().run(page, options=AXE_OPTIONS | (options or {})).response["violations"]
    found = [
        f"{violation['id']}: {violation['help']}: {[node['target'] for node in violation['nodes']]}"
        for violation in violations
        if violation["impact"] in BAD
    ]
    assert not found, "\n".join(found)
