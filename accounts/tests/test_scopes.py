"""Who opens a live feed, by cookie, token or ticket."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.stream_tickets import issue_stream_ticket
from accounts.scopes import visitor_of

pytestmark = pytest.mark.django_db


def user_of(query: str = "", **headers: str) -> User | None:
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "websocket", "query_string": query.encode(), "headers": pairs}
    return visitor_of(scope).user


def cookie_of(client: APIClient) -> str:
    return f"theme=dark; sessionid={client.cookies['sessionid'].value}"


def test_session_cookie_names_the_user(browser: APIClient, alice: User) -> None:
    assert user_of(cookie=cookie_of(browser)) == alice


def test_bearer_token_names_the_user(pair: dict[str, str], alice: User) -> None:
    assert user_of(authorization=f"Bearer {pair['access']}") == alice


def test_ticket_names_the_user_once(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    assert user_of(f"since=1&ticket={ticket}") == alice
    assert user_of(f"ticket={ticket}") is None


def test_session_ends_with_the_password(browser: APIClient, alice: User) -> None:
    alice.set_password("another quiet evening")
    alice.save()
    assert user_of(cookie=cookie_of(browser)) is None


def test_deactivated_user_is_anonymous(browser: APIClient, pair: dict[str, str], alice: User) -> None:
    User.objects.update(is_active=False)
    assert user_of(cookie=cookie_of(browser)) is None
    assert user_of(authorization=f"Bearer {pair['access']}") is None


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "sessionid=",
        "sessionid=nonsense",
        "sessionid=\xe9;;=",
        "sessionid=" + "x" * 9999,
        r'sessionid="\000aaaaaaaaaa"',
    ],
)
def test_invalid_or_missing_cookie_is_anonymous(cookie: str) -> None:
    assert user_of(cookie=cookie) is None
    assert user_of() is None


def test_invalid_ticket_or_token_does_not_fall_back_to_the_cookie(browser: APIClient) -> None:
    assert user_of("ticket=nonsense", cookie=cookie_of(browser)) is None
    assert user_of("ticket=%00%E9", cookie=cookie_of(browser)) is None
    assert user_of(cookie=cookie_of(browser), authorization="Bearer nonsense") is None
