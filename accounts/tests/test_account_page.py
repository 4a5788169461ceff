"""The account page works as plain forms, without a script, and checks them as the API does."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import Session, User
from accounts.operations.email_change import email_change_token
from conftest import PASSWORD

NEW = "another quiet evening"
OWN = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
FORMS = (
    "name",
    "organizer",
    "verify/resend",
    "email",
    "email/cancel",
    "password",
    "sign-ins/end",
    "sign-ins/abc/end",
    "delete",
)


@pytest.fixture
def page(alice: User) -> Client:
    """Alice's browser, which sends forms as they are, and is checked as in production."""
    return browser_of(alice)


def browser_of(user: User, **headers: str) -> Client:
    client = Client(enforce_csrf_checks=True, headers=OWN | headers)
    client.force_login(user)
    return client


def post(client: Client, path: str, **values: str) -> Any:
    """Send a form of the page and follow where it leads."""
    return client.post(path, values, follow=True)


def test_the_page_shows_the_account_and_is_never_stored(page: Client) -> None:
    response = page.get("/account")
    text = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "alice@example.com" in text and 'value="Alice"' in text and "This device" in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert 'href="/account"' in page.get("/").content.decode()  # the header leads there


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", "x" * 5_000])
def test_a_broken_link_says_so(client: Client, token: str) -> None:
    for response in (
        client.get("/account/email/confirm", {"token": token}),
        client.post("/account/email/confirm", {"token": token}),
    ):
        assert response.status_code == 400
        assert "This link no longer works" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account", "/account/name", "/account/delete"])
def test_visitors_log_in_first_and_come_back_to_the_page(client: Client, path: str) -> None:
    response = client.get(path) if path == "/account" else client.post(path)
    assert response.headers["Location"] == "/login?next=/account"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", FORMS)
def test_a_form_from_another_site_is_refused_and_changes_nothing(
    alice: User, path: str, headers: dict[str, str], mailoutbox: list[EmailMessage], worker: Any
) -> None:
    browser = browser_of(alice, **headers)
    before = User.objects.values().get()
    body = {"name": "Mallory", "email": "m@example.com", "current_password": PASSWORD, "password": NEW}
    with worker():
        assert browser.post(f"/account/{path}", body).status_code == 403
    assert User.objects.values().get() == before
    assert Session.objects.count() == 1
    assert mailoutbox == []


def test_another_site_cannot_confirm_an_address(alice: User) -> None:
    User.objects.update(pending_email="new@example.com")
    token = email_change_token(User.objects.get())
    browser = Client(headers=OWN | {"Sec-Fetch-Site": "cross-site"})
    assert browser.post("/account/email/confirm", {"token": token}).status_code == 403
    assert User.objects.get().email == alice.email


def test_a_form_does_only_what_it_is_for(page: Client) -> None:
    body = {"name": "Alicia", "current_password": PASSWORD, "password": NEW, "organizer_name": "Hall"}
    assert "Your name is saved." in post(page, "/account/name", **body).content.decode()
    alice = User.objects.get()
    assert (alice.name, alice.organizer_name) == ("Alicia", "")
    assert alice.check_password(PASSWORD)


@pytest.mark.parametrize("path", FORMS)
def test_an_address_of_a_form_opened_as_a_page_leads_to_the_page(page: Client, path: str) -> None:
    assert page.get(f"/account/{path}").headers["Location"] == "/account"
    assert Session.objects.count() == 1


def test_the_name_is_saved_and_the_page_says_so(page: Client) -> None:
    text = post(page, "/account/name", name="Alicia").content.decode()
    assert "Your name is saved." in text and 'value="Alicia"' in text
    assert User.objects.get().name == "Alicia"


@pytest.mark.parametrize(
    ("path", "values", "error"),
    [
        ("name", {"name": ""}, "Please fill this in."),
        ("name", {}, "Please fill this in."),
        ("email", {"email": "bob@example.com", "current_password": PASSWORD}, "Another account has this address."),
        ("email", {"email": "new@example.com"}, "Please fill this in."),
        ("password", {"password": NEW}, "Please fill this in."),
        ("delete", {}, "Please fill this in."),
        ("name", {"name": "\u200b\ufeff"}, "characters that can be seen"),
        ("name", {"name": "n" * 151}, "no more than 150 characters"),
        ("email", {"email": "new@example.com", "current_password": "wrong"}, "not your current password"),
        ("email", {"email": "nonsense", "current_password": PASSWORD}, "valid email address"),
        ("password", {"current_password": PASSWORD, "password": "short"}, "too short"),
        ("password", {"current_password": "wrong", "password": NEW}, "not your current password"),
        ("delete", {"current_password": "wrong"}, "not your current password"),
    ],
)
def test_an_error_is_below_its_field_and_changes_nothing(
    page: Client, bob: User, path: str, values: dict[str, str], error: str
) -> None:
    before = list(User.objects.order_by("pk").values())
    response = post(page, f"/account/{path}", **values)
    text = response.content.decode()
    assert response.status_code == 400
    assert error in text.replace("&#x27;", "'")
    assert text.count('aria-invalid="true"') == 1
    assert PASSWORD not in text and NEW not in text
    assert list(User.objects.order_by("pk").values()) == before


def test_a_new_password_keeps_this_browser_and_ends_the_others(page: Client, alice: User) -> None:
    other = Client()
    other.force_login(alice)
    response = post(page, "/account/password", current_password=PASSWORD, password=NEW)
    assert "Your new password is saved." in response.content.decode()
    assert other.get("/account").status_code == 302
    assert User.objects.get().check_password(NEW)


def test_a_new_address_waits_for_its_link_and_the_link_asks_before_it_acts(
    page: Client, client: Client, worker: Any, mailoutbox: list[EmailMessage]
) -> None:
    with worker():
        text = post(page, "/account/email", email="New@Example.com", current_password=PASSWORD).content.decode()
    assert "new@example.com" in text and "Keep the present address" in text
    assert {mail.to[0] for mail in mailoutbox} == {"alice@example.com", "new@example.com"}
    token = email_change_token(User.objects.get())
    asked = client.get("/account/email/confirm", {"token": token})
    assert "new@example.com" in asked.content.decode() and "no-store" in asked.headers["Cache-Control"]
    assert User.objects.get().email == "alice@example.com"
    assert "</strong> is confirmed" in client.post("/account/email/confirm", {"token": token}).content.decode()
    assert User.objects.get().email == "new@example.com"


def test_the_change_of_address_can_be_dropped(page: Client) -> None:
    post(page, "/account/email", email="new@example.com", current_password=PASSWORD)
    token = email_change_token(User.objects.get())
    assert "stays as it is" in post(page, "/account/email/cancel").content.decode()
    refused = page.post("/account/email/confirm", {"token": token})
    assert refused.status_code == 400 and "not valid or has expired" in refused.content.decode()


def test_one_device_is_logged_out_and_then_all(page: Client, alice: User) -> None:
    other = Client()
    other.force_login(alice)
    [path] = re.findall(r'action="(/account/sign-ins/\w{32}/end)', page.get("/account").content.decode())
    assert "That device is logged out." in post(page, path).content.decode()
    assert other.get("/account").status_code == 302
    assert "no such sign-in" in post(page, path).content.decode()
    assert post(page, "/account/sign-ins/end").redirect_chain == [("/", 302)]
    assert not Session.objects.filter(user=alice).exists()


def test_the_account_is_deleted_and_the_page_says_so(page: Client) -> None:
    response = post(page, "/account/delete", current_password=PASSWORD)
    assert response.status_code == 200 and "Your account is deleted" in response.content.decode()
    assert "Log in" in response.content.decode()
    assert not User.objects.get().is_active


def test_what_is_to_come_is_listed_instead(page: Client, alice: User, paid_booking: Any) -> None:
    booking = paid_booking(alice, "1-1")
    response = post(page, "/account/delete", current_password=PASSWORD)
    assert response.status_code == 400
    assert f'href="/checkout/{booking.pk}/done"' in response.content.decode()
    assert User.objects.get(pk=alice.pk).is_active


def test_sellers_say_what_buyers_see_of_them(carol: User) -> None:
    client = browser_of(carol)
    answer = post(client, "/account/organizer", organizer_name="Town hall", contact_email="box-office@example.com")
    assert "Buyers see it at once." in answer.content.decode()
    carol.refresh_from_db()
    assert (carol.organizer_name, carol.contact_email) == ("Town hall", "box-office@example.com")
    refused = post(client, "/account/organizer", organizer_name="Other", contact_email="nobody")
    assert refused.status_code == 400 and 'value="nobody"' in refused.content.decode()
    carol.refresh_from_db()
    assert carol.organizer_name == "Town hall"


def test_buyers_are_not_asked_what_buyers_see(page: Client) -> None:
    assert "What buyers see of you" not in page.get("/account").content.decode()


def test_the_confirmation_email_is_sent_again(page: Client, worker: Any, mailoutbox: list[EmailMessage]) -> None:
    with worker():
        answer = post(page, "/account/verify/resend")
    assert "sent the email to alice@example.com again" in answer.content.decode()
    assert answer.redirect_chain == [("/account#main", 302)]
    assert [mail.to for mail in mailoutbox] == [["alice@example.com"]]
    User.objects.update(is_verified=True)
    assert "/account/verify/resend" not in page.get("/account").content.decode()


@pytest.mark.parametrize(
    ("wanted", "path"), [("/sell", "/sell"), ("https://evil.example/", "/"), ("//evil.example", "/")]
)
def test_sending_it_again_leads_back_to_a_page_of_this_site(page: Client, wanted: str, path: str) -> None:
    assert page.post("/account/verify/resend", {"next": wanted}).headers["Location"] == path
