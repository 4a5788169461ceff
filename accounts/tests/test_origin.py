"""Cross-site request forgery: which requests may write with a cookie, or log in."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import PASSWORD

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:8001"},
    {"Origin": "http://[bad"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "none", "Origin": "https://evil.example"},
]
OWN = [
    {},
    {"Origin": "http://testserver"},
    {"Origin": "https://testserver"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://tickets.example"},
]


@pytest.fixture(autouse=True)
def _site(settings: pytest.FixtureRequest) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://tickets.example"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("headers", FOREIGN)
def test_foreign_site_cannot_write_with_the_cookie(browser: APIClient, headers: dict[str, str]) -> None:
    response = browser.patch("/api/user", {"name": "Mallory"}, headers=headers)
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "permission_denied"
    assert User.objects.get().name == "Alice"


@pytest.mark.parametrize("headers", OWN)
def test_own_site_and_clients_other_than_browsers_can_write(browser: APIClient, headers: dict[str, str]) -> None:
    assert browser.patch("/api/user", {"name": "Alicia"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/user",
        "/api/user/login",
        "/api/user/logout",
        "/api/user/token",
        "/api/user/token/refresh",
        "/api/user/verify",
        "/api/user/password/reset",
        "/api/user/password/reset/confirm",
        "/api/user/stream-ticket",
    ],
)
def test_foreign_site_can_call_nothing_signed_in_or_not(anyone: APIClient, browser: APIClient, path: str) -> None:
    body = {"email": "alice@example.com", "password": PASSWORD}
    for client in (anyone, browser):
        response = client.post(path, body, headers={"Origin": "https://evil.example"})
        assert response.status_code == 403
        assert not response.cookies


@pytest.mark.django_db
def test_another_authorization_scheme_does_not_bypass_the_check(browser: APIClient) -> None:
    headers = {"Origin": "https://evil.example", "Authorization": "Basic YTpi"}
    assert browser.patch("/api/user", {"name": "Mallory"}, headers=headers).status_code == 403


def test_refusal_is_readable_in_the_browsable_api(browser: APIClient) -> None:
    headers = {"Origin": "https://evil.example", "Accept": "text/html"}
    assert browser.patch("/api/user", {"name": "Mallory"}, headers=headers).status_code == 403


def test_foreign_site_may_send_reads(browser: APIClient) -> None:
    assert browser.get("/api/user", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_bearer_token_needs_no_origin(pair: dict[str, str], bearer: Callable[[str], APIClient]) -> None:
    headers = {"Origin": "https://app.example"}
    assert bearer(pair["access"]).patch("/api/user", {"name": "Alicia"}, headers=headers).status_code == 200
