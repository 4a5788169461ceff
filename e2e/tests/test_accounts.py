"""Sign-up and sign-in with the pages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.operations.email_change import email_change_token
from accounts.operations.registration import verification_token
from bookings.holds.models import Booking
from conftest import PASSWORD
from e2e.tests.visitors import PHONE, Visitors


def test_login_continues_to_the_requested_page(visitors: Visitors, alice: User) -> None:
    page = visitors(path="/bookings")
    page.get_by_label("Email address").fill(alice.email)
    page.get_by_label("Password", exact=True).fill("not-her-password")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("main").get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value(alice.email)

    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My bookings")

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()


def test_login_never_redirects_to_another_site(visitors: Visitors, alice: User) -> None:
    page = visitors(alice, "/login?next=//example.com/")
    assert page.url.endswith("/")
    assert "example.com" not in page.url


def test_a_new_buyer_signs_up_and_is_signed_in(visitors: Visitors) -> None:
    page = visitors(path="/register")
    page.get_by_label("Name").fill("Erin")
    page.get_by_label("Email address").fill("erin@example.com")
    page.get_by_label("Password", exact=True).fill("seven-green-apples")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    assert User.objects.get(email="erin@example.com").role == "buyer"


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_an_account_is_managed_on_its_page(visitors: Visitors, alice: User, script: bool) -> None:
    visitors.allow_error("status of 400 .*/account/email")
    phone = visitors(alice, "/bookings", viewport=PHONE, java_script_enabled=script)
    desk = visitors(alice, "/account", java_script_enabled=script)
    phone.get_by_role("link", name="Your account, Alice").click()
    phone.get_by_role("textbox", name="Name").fill("Alicia")
    phone.get_by_role("button", name="Save the name").click()
    expect(phone.get_by_role("status").get_by_text("Your name is saved.")).to_be_in_viewport()

    phone.get_by_label("New email address").fill("alicia@example.com")
    phone.locator("#email").get_by_label("Your password").fill("not-her-password")
    phone.get_by_role("button", name="Send a link there").click()
    expect(phone.locator("#email").get_by_label("Your password")).to_have_accessible_description(
        "This is not your current password."
    )
    phone.locator("#email").get_by_label("Your password").fill(PASSWORD)
    phone.get_by_role("button", name="Send a link there").click()
    expect(phone.get_by_text("We have sent a link to alicia@example.com")).to_be_visible()

    phone.get_by_role("button", name="Log out Unknown device").click()
    expect(phone.get_by_text("That device is logged out.")).to_be_in_viewport()
    desk.reload()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Log in")

    confirmation = visitors(None, f"/account/email/confirm?token={email_change_token(User.objects.get(pk=alice.pk))}")
    confirmation.get_by_role("button", name="Use this address").click()
    expect(confirmation.get_by_role("heading", level=1)).to_have_text("Thank you")

    phone.locator("#delete").get_by_label("Your password").fill(PASSWORD)
    phone.get_by_role("button", name="Delete my account").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your account is deleted")
    assert User.objects.get(pk=alice.pk).deleted_at is not None


def test_an_account_that_is_still_needed_says_why(
    visitors: Visitors, alice: User, hold: Callable[..., Booking]
) -> None:
    visitors.allow_error("status of 400 .*/account/delete")
    hold(alice, "1-1")
    page = visitors(alice, "/account")
    page.locator("#delete").get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_role("alert").get_by_role("link", name="waiting for payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_new_seller_finds_the_way_from_the_first_page_to_their_first_event(visitors: Visitors, script: bool) -> None:
    page = visitors(path="/", java_script_enabled=script)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sell tickets").click()
    expect(page.get_by_label("Name")).to_have_accessible_description(re.compile("^Buyers read it as the organiser"))
    page.get_by_role("radio", name="I buy tickets").check()
    expect(page.get_by_label("Name")).to_have_accessible_description("It is printed on your tickets.")
    page.get_by_role("radio", name="I sell tickets").check()
    page.get_by_label("Name").fill("Nina's hall")
    page.get_by_label("Email address").fill("nina@example.com")
    page.get_by_label("Password", exact=True).fill("seven-green-apples")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Set up your first event")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Confirm your email address")).to_be_visible()

    page.get_by_role("main").get_by_role("button", name="Send the email again").click()
    expect(page.get_by_role("status").get_by_text("sent the email to nina@example.com again")).to_be_visible()
    page.goto(f"/verify?token={verification_token(User.objects.get(email='nina@example.com'))}")
    if not script:
        page.get_by_role("button", name="Confirm").click()
    page.get_by_role("main").get_by_role("link", name="Set up your first event").click()
    expect(page.get_by_role("main").get_by_text("Confirm your email address")).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="New event").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New event")
