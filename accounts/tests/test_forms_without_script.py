"""The account pages take their forms themselves when no script has sent them: scripts off, or not loaded yet."""

import random
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from accounts.models import User
from accounts.operations.passwords import reset_link_parts
from accounts.operations.registration import verification_token
from conftest import PASSWORD

NEW = "another quiet evening"
ERIN = {"email": "erin@example.com", "password": "seven-green-apples", "name": "Erin", "role": "seller"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """A browser that sends forms as they are, and is checked as in production."""
    return Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_login_continues_to_the_requested_page(browser: Client, alice: User) -> None:
    response = browser.post("/login?next=/bookings", {"email": alice.email, "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/bookings")
    assert is_signed_in(browser)


def test_a_refused_login_shows_why_and_keeps_the_address_but_not_the_password(browser: Client, alice: User) -> None:
    response = browser.post("/login?next=/bookings", {"email": alice.email, "password": "not-her-password"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "The email address or the password is wrong." in page
    assert f'value="{alice.email}"' in page
    assert "not-her-password" not in page
    assert 'data-next="/bookings"' in page
    assert not is_signed_in(browser)


@pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": "x@example.com"}, {"password": "x"}])
def test_missing_fields_are_named_beside_them(browser: Client, body: dict[str, str]) -> None:
    page = browser.post("/login", body).content.decode()
    assert ('id="email-error"' in page) == (not body.get("email"))
    assert ('id="password-error"' in page) == ("password" not in body)
    assert "Please fill this in." in page


def test_login_never_continues_to_another_site(browser: Client, alice: User) -> None:
    response = browser.post("/login?next=//evil.example/", {"email": alice.email, "password": PASSWORD})
    assert response.headers["Location"] == "/"


def test_registration_signs_in_and_says_that_a_mail_was_sent(browser: Client) -> None:
    response = browser.post("/register?next=/events/1", ERIN)
    assert (response.status_code, response.headers["Location"]) == (302, "/events/1")
    assert User.objects.get(email="erin@example.com").role == "seller"
    assert is_signed_in(browser)
    page = browser.get("/").content.decode()
    assert "We sent an email to erin@example.com" in page
    assert "We sent an email" not in browser.get("/").content.decode()


def test_a_refused_registration_keeps_what_was_typed(browser: Client) -> None:
    page = browser.post("/register", ERIN | {"password": "12345678"}).content.decode()
    assert 'id="password-error"' in page
    assert 'value="Erin"' in page
    assert 'value="erin@example.com"' in page
    assert 'value="seller" checked' in page
    assert "12345678" not in page
    assert not User.objects.exists()


def test_a_taken_address_is_refused_beside_the_field(browser: Client, alice: User) -> None:
    page = browser.post("/register", ERIN | {"email": alice.email}).content.decode()
    assert re.search('id="email-error">This email address already has an account.', page)
    assert not is_signed_in(browser)


def test_what_was_typed_is_escaped(browser: Client) -> None:
    nasty = '"><script>alert(1)</script>'
    for path in ("/login", "/register", "/reset"):
        assert "<script>alert" not in browser.post(path, {"email": nasty, "name": nasty}).content.decode()


def test_a_reset_link_is_requested_and_used(browser: Client, alice: User, worker: Any) -> None:
    with worker():
        page = browser.post("/reset", {"email": alice.email}).content.decode()
    assert f"If {alice.email} has an account, we have sent it a link." in page
    assert len(mail.outbox) == 1
    uid, token = reset_link_parts(alice)
    body = {"uid": uid, "token": token, "password": NEW}
    weak = browser.post(f"/reset/{uid}/{token}", body | {"password": "short"})
    assert 'id="password-error"' in weak.content.decode()
    assert browser.post(f"/reset/{uid}/{token}", body).headers["Location"] == "/login"
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert "Your new password is saved." in browser.get("/login").content.decode()
    again = browser.post(f"/reset/{uid}/{token}", body)
    assert (again.status_code, "This link no longer works" in again.content.decode()) == (400, True)


def test_an_invalid_address_is_refused_beside_the_field(browser: Client) -> None:
    response = browser.post("/reset", {"email": "nobody"})
    assert (response.status_code, 'id="email-error"' in response.content.decode()) == (400, True)


def test_sellers_land_at_their_desk_and_buyers_at_the_events(browser: Client) -> None:
    assert browser.post("/register", ERIN).headers["Location"] == "/sell"
    browser.post("/logout")
    assert browser.post("/login", {"email": ERIN["email"], "password": ERIN["password"]}).headers["Location"] == "/sell"
    page = browser.get("/sell").content.decode()
    assert "Set up your first event" in page and 'href="/admin/events/event/add/"' in page
    assert "open the link that we sent to erin@example.com" in page
    browser.post("/logout")
    buyer = ERIN | {"email": "bea@example.com", "role": "buyer"}
    assert browser.post("/register", buyer).headers["Location"] == "/"


def test_whoever_signs_up_to_sell_is_offered_the_right_role(browser: Client) -> None:
    assert 'value="seller" checked' in browser.get("/register?next=/sell").content.decode()
    assert 'value="buyer" checked' in browser.get("/register?next=/events/1").content.decode()
    assert 'href="/register?role=seller"' in browser.get("/").content.decode()


def test_after_confirming_the_address_the_next_step_is_named(
    browser: Client, carol: User, alice: User, new_event: Any
) -> None:
    def confirmed_by(user: User | None) -> str:
        browser.logout()
        if user is not None:
            browser.force_login(user)
        token = verification_token(carol)
        asked = browser.get(f"/verify?token={token}").content.decode()
        done = browser.post(f"/verify?token={token}", {"token": token}).content.decode()
        [link] = re.findall('Your email address is confirmed.</p>\\s*<div>(<a class="button".+?</a>)', done)
        assert link in asked  # where the script takes it from
        return str(link)

    assert confirmed_by(carol) == '<a class="button" href="/sell">Set up your first event</a>'
    new_event(draft=True)
    assert confirmed_by(carol) == '<a class="button" href="/sell">Go to your events</a>'
    assert confirmed_by(alice) == '<a class="button" href="/">Go to the events</a>'
    assert confirmed_by(None) == '<a class="button" href="/login">Log in to go on</a>'


def test_a_broken_link_offers_a_new_one(browser: Client, alice: User) -> None:
    def page() -> str:
        return browser.post("/verify?token=x", {"token": "x"}).content.decode()

    assert 'href="/login?next=/account%23email"' in page()
    browser.force_login(alice)
    assert "We can send a new one to alice@example.com." in page() and 'action="/account/verify/resend"' in page()
    User.objects.update(is_verified=True)
    assert "You don’t need it any more" in page() and "/account/verify/resend" not in page()


def test_an_address_is_confirmed(browser: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_verified=False)
    token = verification_token(alice)
    assert "This link no longer works" in browser.post("/verify?token=x", {"token": "x"}).content.decode()
    assert (
        "Your email address is confirmed." in browser.post(f"/verify?token={token}", {"token": token}).content.decode()
    )
    alice.refresh_from_db()
    assert alice.is_verified


def test_logging_out_ends_the_session(browser: Client, alice: User) -> None:
    browser.force_login(alice)
    assert browser.post("/logout").headers["Location"] == "/"
    assert not is_signed_in(browser)
    assert browser.post("/logout").headers["Location"] == "/"
    assert browser.get("/logout").status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/register", "/reset", "/reset/MQ/abc", "/verify", "/logout"])
def test_a_form_from_another_site_is_refused_and_changes_nothing(
    alice: User, path: str, headers: dict[str, str]
) -> None:
    browser = Client(headers=headers)
    browser.force_login(alice)
    session = browser.session.session_key
    response = browser.post(path, ERIN | {"email": "erin@example.com"})
    assert response.status_code == 403
    assert "You can’t open this page" in response.content.decode()
    assert browser.session.session_key == session
    assert [user.email for user in User.objects.all()] == [alice.email]


@override_settings(API_RATE=(100, 60), LOGIN_RATE=(3, 60), REGISTRATION_RATE=(3, 60), PASSWORD_RESET_RATE=(3, 60))
@pytest.mark.parametrize(
    ("page", "call"),
    [
        ("/login", "/api/user/login"),
        ("/register", "/api/user"),
        ("/reset", "/api/user/password/reset"),
        ("/reset/MQ/abc", "/api/user/password/reset/confirm"),
    ],
)
def test_a_page_and_its_endpoint_share_a_rate_limit(page: str, call: str) -> None:
    address = f"2001:db8:{random.randrange(2**16):x}:{random.randrange(2**16):x}::1"  # of nobody else
    browser = Client(REMOTE_ADDR=address, headers={"Origin": "http://testserver"})
    assert [browser.post(path, {}).status_code for path in (page, page)] == [400, 400]
    assert browser.post(call, {}, content_type="application/json").status_code == 400
    refused = browser.post(page, {})
    assert refused.status_code == 429
    assert "Too many requests" in refused.content.decode()
    assert int(refused.headers["Retry-After"]) > 0
