"""The pages of accounts are open to everybody and redirect only within this site."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.pages.landing import own_path

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
        ("/verify?token=abc", "Confirm your email address", "/api/user/verify"),
        ("/reset", "Forgotten password", "/api/user/password/reset"),
        ("/reset/MQ/abc-def", "Choose a new password", "/api/user/password/reset/confirm"),
    ],
)
def test_each_page_has_its_title_and_its_endpoint(client: Client, address: str, title: str, call: str) -> None:
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"<title>{title} · Ticketing</title>" in page
    assert f'data-api="{call}"' in page
    assert "Content-Security-Policy" in answer.headers
    assert page.count('method="post"') == page.count("data-api=")  # else a password would appear in the URL


@pytest.mark.parametrize("foreign", FOREIGN)
def test_next_never_leads_to_another_site(foreign: str) -> None:
    assert own_path(foreign) == "/"


@pytest.mark.parametrize("own", ["/", "/events/1", "/checkout/0190/?a=b&c=d", "/bookings#x"])
def test_next_may_be_any_path_of_this_site(own: str) -> None:
    assert own_path(own) == own


@pytest.mark.django_db
def test_the_form_continues_where_the_buyer_was(client: Client) -> None:
    page = client.get("/login", {"next": "/events/1"}).content.decode()
    assert 'data-next="/events/1"' in page
    assert 'href="/register?next=%2Fevents%2F1"' in page
    assert "evil" not in client.get("/login", {"next": "//evil.example"}).content.decode().replace("og:url", "")


def test_signed_in_users_are_redirected_at_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/login", {"next": "/events/1"}).headers["Location"] == "/events/1"
    assert client.get("/register", {"next": "https://evil.example"}).headers["Location"] == "/"


@pytest.mark.django_db
def test_a_link_from_an_email_is_not_cached_and_not_sent_as_referrer(client: Client) -> None:
    for address in ("/verify?token=secret", "/reset/MQ/secret"):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "strict-origin"  # not the URL; `no-referrer` would hide the origin
        head = answer.content.decode().partition("</head>")[0]
        assert "secret" not in head


@pytest.mark.django_db
def test_opening_the_link_of_an_email_verifies_nothing_by_itself(client: Client, alice: User) -> None:
    client.get("/verify?token=whatever")
    alice.refresh_from_db()
    assert not alice.is_verified


@pytest.mark.django_db
def test_query_parameters_are_escaped(client: Client) -> None:
    nasty = '"><script>alert(1)</script>'
    for address in ("/verify?token=", "/login?next=/", "/register?role=", "/register?next=/"):
        assert "<script>alert" not in client.get(address + nasty).content.decode()


@pytest.mark.django_db
def test_the_role_in_the_url_is_preselected(client: Client) -> None:
    assert 'value="seller" checked' in client.get("/register?role=seller").content.decode()
    assert 'value="buyer" checked' in client.get("/register?role=nonsense").content.decode()
