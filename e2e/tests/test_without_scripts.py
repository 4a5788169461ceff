"""Pages before their scripts are there: forms work, or their buttons wait; nothing ends on a bare page."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from accounts.operations.passwords import reset_link_parts
from bookings.holds.models import Booking
from conftest import GOOD_CARD, PASSWORD
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.models import Event

NO_SCRIPT = {"java_script_enabled": False}
ENABLED = "button:enabled, select:enabled, input[type=submit]:enabled"
# Buttons that work without a script, by page; all others have to wait.
NATIVE = {"Search", "Log in", "Sign up", "Send the link", "Save the password", "Confirm", "Log out"}
NATIVE |= {"Save the name", "Send the email again", "Send a link there", "Log out everywhere", "Delete my account"}


@pytest.fixture
def places(alice: User, carol: User, olga: User, concert: Event, hold: Callable[..., Booking]) -> dict[str, Any]:
    """Visitors and paths of the pages with forms and buttons."""
    held = hold(alice, "1-1", "1-2")
    over = hold(alice, "2-1")
    Booking.objects.filter(pk=over.pk).update(expires_at=Now() - timedelta(seconds=5))
    return {
        "list": (None, "/"),
        "event": (alice, f"/events/{concert.pk}"),
        "checkout": (alice, f"/checkout/{held.pk}"),
        "checkout, expired": (alice, f"/checkout/{over.pk}"),
        "bookings": (alice, "/bookings"),
        "account": (alice, "/account"),
        "login": (None, "/login"),
        "register": (None, "/register"),
        "reset": (None, "/reset"),
        "new password": (None, "/reset/MQ/abc"),
        "verify": (None, "/verify?token=x"),
        "gate": (carol, f"/gate/{concert.pk}"),
        "operator": (olga, "/operator"),
    }


def test_without_scripts_only_buttons_that_work_can_be_pressed(visitors: Visitors, places: dict[str, Any]) -> None:
    for name, (user, path) in places.items():
        page = visitors(user, path, **NO_SCRIPT)
        texts = [text.strip() for text in page.locator(ENABLED).filter(visible=True).all_inner_texts()]
        assert set(texts) <= NATIVE, name


def test_with_scripts_every_button_can_be_pressed(visitors: Visitors, places: dict[str, Any]) -> None:
    visitors.allow_error("status of 400 .*/api/user/verify")
    for user, path in places.values():
        page = visitors(user, path)
        expect(page.locator("[data-needs-script]")).to_have_count(0)
        assert page.locator("button[type=button]:disabled").filter(visible=True).count() == 0


def test_login_without_scripts(visitors: Visitors, alice: User) -> None:
    visitors.allow_error("status of 400 .*/login")
    page = visitors(None, "/bookings", **NO_SCRIPT)
    log_in(page, alice.email, "not-her-password")
    expect(page.get_by_role("main").get_by_role("alert")).to_have_text("The email address or the password is wrong.")
    expect(page.get_by_label("Email address")).to_have_value(alice.email)
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    log_in(page, alice.email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("My bookings")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()


def test_login_before_the_scripts_have_arrived(visitors: Visitors, alice: User) -> None:
    page = visitors()
    scripts = SlowScripts(page)
    page.goto("/login?next=/bookings", wait_until="commit")
    log_in(page, alice.email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("My bookings")
    assert scripts.held_back


def test_registration_without_scripts(visitors: Visitors) -> None:
    visitors.allow_error("status of 400 .*/register")
    page = visitors(None, "/register?next=/bookings", **NO_SCRIPT)
    page.get_by_label("Name").fill("Erin")
    page.get_by_label("Email address").fill("erin@example.com")
    page.get_by_label("Password", exact=True).fill("12345678")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.locator("#password-error")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Erin")
    page.get_by_label("Password", exact=True).fill("seven-green-apples")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My bookings")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("We sent an email to erin@example.com.")


def test_a_new_password_without_scripts(visitors: Visitors, alice: User) -> None:
    page = visitors(None, "/reset", **NO_SCRIPT)
    page.get_by_label("Email address").fill(alice.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    uid, token = reset_link_parts(alice)
    page.goto(f"/reset/{uid}/{token}")
    page.get_by_label("New password", exact=True).fill("another quiet evening")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_text("Your new password is saved.")).to_be_visible()
    log_in(page, alice.email, "another quiet evening")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_search_without_scripts(visitors: Visitors, concert: Event) -> None:
    page = visitors(None, "/", **NO_SCRIPT)
    page.get_by_label("Search by event or venue").fill("concert")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 event found")).to_be_visible()
    page.get_by_label("Search by event or venue").fill("nothing")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="No events match your search")).to_be_visible()


def test_the_buttons_of_the_map_wait_for_their_scripts(visitors: Visitors, alice: User, concert: Event) -> None:
    page = visitors(alice)
    scripts = SlowScripts(page)
    page.goto(f"/events/{concert.pk}", wait_until="commit")
    find = page.get_by_role("button", name="Best seats")
    expect(find).to_be_disabled()
    page.get_by_label("How many seats").press("Enter")  # would send the form
    expect(page.get_by_role("button", name="Reserve seats")).to_be_disabled()
    scripts.arrive()
    expect(find).to_be_enabled()
    assert "?" not in page.url
    find.click()
    expect(SeatMap(page, concert, opened=True).summary).to_contain_text("2 seats")


def test_the_buttons_of_the_checkout_wait_for_their_scripts(
    visitors: Visitors, alice: User, hold: Callable[..., Booking]
) -> None:
    booking = hold(alice, "1-1")
    page = visitors(alice)
    scripts = SlowScripts(page)
    page.goto(f"/checkout/{booking.pk}", wait_until="commit")
    pay = page.get_by_role("button", name=re.compile("^Pay "))
    expect(pay).to_be_disabled()
    expect(page.get_by_role("button", name="Cancel the reservation")).to_be_disabled()
    page.get_by_label("Card number").fill(GOOD_CARD)
    page.get_by_label("Card number").press("Enter")
    scripts.arrive()
    expect(pay).to_be_enabled()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    expect(page.get_by_label("Card number")).to_have_value(re.compile("4242"))
    pay.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")


def log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


class SlowScripts:
    """Holds back every script that a page requests, as a slow network does."""

    def __init__(self, page: Page) -> None:
        self.held_back: list[Route] = []
        self._arrive = False
        page.route("**/*.js", self._on_request)

    def arrive(self) -> None:
        """Let all scripts through."""
        self._arrive = True
        for route in self.held_back:
            route.continue_()

    def _on_request(self, route: Route) -> None:
        if self._arrive:
            route.continue_()
        else:
            self.held_back.append(route)
