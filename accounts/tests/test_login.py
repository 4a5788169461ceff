"""POST /api/user/login and logout."""

from collections.abc import Callable
from statistics import median
from time import thread_time

import pytest
from rest_framework.test import APIClient

from accounts.models import Session, TokenFamily, User
from conftest import PASSWORD

RIGHT = {"email": "alice@example.com", "password": PASSWORD}


def test_login_returns_the_user_and_sets_the_cookie(anyone: APIClient, alice: User) -> None:
    answer = anyone.post("/api/user/login", RIGHT | {"email": "Alice@Example.com"})
    assert answer.status_code == 200
    assert answer.json()["id"] == alice.pk
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert anyone.get("/api/user").json()["email"] == "alice@example.com"


def test_login_does_not_take_over_a_planted_session(anyone: APIClient, carol: User, alice: User) -> None:
    anyone.force_login(carol)
    planted = anyone.cookies["sessionid"].value
    anyone.post("/api/user/login", RIGHT)
    assert anyone.cookies["sessionid"].value != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_every_failed_login_gets_the_same_response(anyone: APIClient, alice: User, carol: User) -> None:
    User.objects.filter(pk=carol.pk).update(is_active=False)
    answers = [
        anyone.post(path, body)
        for path in ("/api/user/login", "/api/user/token")
        for body in (
            RIGHT | {"password": "wrong-horse-battery"},
            RIGHT | {"email": "nobody@example.com"},
            RIGHT | {"email": "carol@example.com"},
            RIGHT | {"email": "not an address"},
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json()["code"] == "invalid_credentials"
    assert answers[0]["WWW-Authenticate"].startswith("Bearer")
    assert not any(answer.cookies for answer in answers)
    assert not Session.objects.exists() and not TokenFamily.objects.exists()


def test_failed_logins_take_the_same_time(anyone: APIClient, alice: User, carol: User) -> None:
    """Compare the CPU time of this thread, which other processes don't affect."""
    User.objects.filter(pk=carol.pk).update(is_active=False)

    def seconds(email: str) -> float:
        started = thread_time()
        anyone.post("/api/user/login", {"email": email, "password": PASSWORD + "!"})
        return thread_time() - started

    addresses = ["nobody@example.com", "alice@example.com", "carol@example.com"]
    seconds(addresses[0])
    spent = [median(seconds(email) for _ in range(5)) for email in addresses]
    assert max(spent) < 1.2 * min(spent)


def test_logout_ends_the_session_and_all_bearer_tokens(
    browser: APIClient, pair: dict[str, str], bearer: Callable[[str], APIClient]
) -> None:
    session = browser.cookies["sessionid"].value
    answer = browser.post("/api/user/logout")
    assert answer.status_code == 204
    assert browser.cookies["sessionid"].value == ""
    assert not Session.objects.filter(pk=session).exists()
    assert bearer(pair["access"]).get("/api/user").status_code == 401
    assert browser.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401


def test_logout_with_a_bearer_token_ends_it(pair: dict[str, str], bearer: Callable[[str], APIClient]) -> None:
    client = bearer(pair["access"])
    assert client.post("/api/user/logout").status_code == 204
    assert client.get("/api/user").status_code == 401


@pytest.mark.django_db
def test_logout_needs_a_signed_in_user(anyone: APIClient) -> None:
    answer = anyone.post("/api/user/logout")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_deactivated_user_is_signed_out(browser: APIClient, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert browser.get("/api/user").status_code == 401


def test_browsable_api_works_in_a_browser(browser: APIClient) -> None:
    answer = browser.get("/api/user", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert b"alice@example.com" in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("key", [r'"\000aaaaaaaaaa"', "x", "é" * 10, "a" * 5000, "' OR 1=1 --"])
def test_impossible_session_key_is_anonymous(anyone: APIClient, key: str, accept: str) -> None:
    headers = {"Cookie": f"sessionid={key}", "Accept": accept}
    assert anyone.get("/api/user", headers=headers).status_code == 401
