"""Sign-up and sign-in with the pages."""

from playwright.sync_api import expect

from accounts.models import User
from conftest import PASSWORD
from e2e.tests.visitors import Visitors


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
