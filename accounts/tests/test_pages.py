"""The pages of accounts: shown to anyone, leading nowhere but to our own site."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.pages import own_path

FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "/\n/evil.example",
    "",
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "title", "call"),
    [
        ("/login", "Log in", "/api/user/login"),
        ("/register", "Sign up", "/api/user"),
        ("/verify?token=abc", "Confirm your e-mail address", "/api/user/verify"),
        ("/reset", "Forgotten password", "/api/user/password/reset"),
        ("/reset/MQ/abc-def", "Choose a new password", "/api/user/password/reset/confirm"),
    ],
)
def test_each_page_has_its_title_and_sends_to_its_call(client: Client, address: str, title: str, call: str) -> None:
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"<title>{title} · Ticketing</title>" in page
    assert f'data-api="{call}"' in page
    assert "Content-Security-Policy" in answer.headers
    assert page.count('method="post"') == page.count("data-api=")  # else a password would get into the address


@pytest.mark.parametrize("foreign", FOREIGN)
def test_next_leads_to_no_other_site(foreign: str) -> None:
    assert own_path(foreign) == "/"


@pytest.mark.parametrize("own", ["/", "/events/1", "/checkout/0190/?a=b&c=d", "/bookings#x"])
def test_next_may_be_any_path_of_ours(own: str) -> None:
    assert own_path(own) == own


@pytest.mark.django_db
def test_the_form_goes_on_where_the_buyer_was(client: Client) -> None:
    page = client.get("/login", {"next": "/events/1"}).content.decode()
    assert 'data-next="/events/1"' in page
    assert 'href="/register?next=%2Fevents%2F1"' in page
    assert "evil" not in client.get("/login", {"next": "//evil.example"}).content.decode().replace("og:url", "")


def test_who_is_signed_in_goes_on_at_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/login", {"next": "/events/1"}).headers["Location"] == "/events/1"
    assert client.get("/register", {"next": "https://evil.example"}).headers["Location"] == "/"


@pytest.mark.django_db
def test_a_link_of_a_mail_is_not_kept_and_not_told_to_others(client: Client) -> None:
    for address in ("/verify?token=secret", "/reset/MQ/secret"):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        head = answer.content.decode().partition("</head>")[0]
        assert "secret" not in head


@pytest.mark.django_db
def test_opening_the_link_of_a_mail_confirms_nothing_by_itself(client: Client, alice: User) -> None:
    client.get("/verify?token=whatever")
    alice.refresh_from_db()
    assert not alice.is_verified


@pytest.mark.django_db
def test_what_is_in_the_address_is_never_taken_for_markup(client: Client) -> None:
    nasty = '"><script>alert(1)</script>'
    for address in ("/verify?token=", "/login?next=/", "/register?role=", "/register?next=/"):
        assert "<script>alert" not in client.get(address + nasty).content.decode()


@pytest.mark.django_db
def test_a_seller_can_be_led_to_his_form(client: Client) -> None:
    assert 'value="seller" checked' in client.get("/register?role=seller").content.decode()
    assert 'value="buyer" checked' in client.get("/register?role=nonsense").content.decode()
    assert client.post("/login", {"password": "x"}).status_code == 405
