"""GET and PATCH /api/user."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import PASSWORD

NEW = "another quiet evening"


def test_user_sees_their_own_account(browser: APIClient, alice: User) -> None:
    assert browser.get("/api/user").json() == {
        "id": alice.pk,
        "email": "alice@example.com",
        "name": "Alice",
        "role": "buyer",
        "is_active": True,
        "is_verified": False,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "patch"])
def test_anonymous_requests_are_refused(anyone: APIClient, method: str) -> None:
    answer = getattr(anyone, method)("/api/user")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_name_can_be_changed(browser: APIClient) -> None:
    assert browser.patch("/api/user", {"name": "Alicia"}).json()["name"] == "Alicia"
    assert User.objects.get().name == "Alicia"


def test_fields_that_users_may_not_change_are_refused(browser: APIClient, alice: User) -> None:
    before = User.objects.values().get()
    unwanted_changes = {
        "id": 7,
        "email": "mallory@example.com",
        "role": "seller",
        "is_staff": True,
        "is_superuser": True,
        "is_verified": True,
        "is_active": False,
        "created_at": "2000-01-01T00:00:00Z",
        "last_login": "2000-01-01T00:00:00Z",
        "groups": [1],
    }
    for name, value in unwanted_changes.items():
        answer = browser.patch("/api/user", {"name": "Alicia", name: value})
        assert answer.status_code == 400
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(name, "unknown")]
        assert User.objects.values().get() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "n" * 151}, "name"),
        ({"name": "Al\nice"}, "name"),
        ({"current_password": PASSWORD}, "current_password"),
        ({"name": "Alicia", "current_password": PASSWORD}, "current_password"),
        ({"name": "Alicia", "password": NEW}, "current_password"),
        ({"name": "Alicia", "password": NEW, "current_password": "wrong"}, "current_password"),
        ({"name": "Alicia", "password": "short", "current_password": PASSWORD}, "password"),
    ],
)
def test_invalid_change_is_refused_and_changes_nothing(browser: APIClient, body: dict[str, Any], field: str) -> None:
    before = User.objects.values().get()
    answer = browser.patch("/api/user", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert User.objects.values().get() == before


def test_new_password_ends_everything_except_this_session(
    browser: APIClient, alice: User, pair: dict[str, str], bearer: Callable[[str], APIClient]
) -> None:
    other_browser = APIClient()
    other_browser.force_login(alice)
    assert browser.patch("/api/user", {"password": NEW, "current_password": PASSWORD}).status_code == 200
    assert User.objects.get().check_password(NEW)
    assert browser.get("/api/user").status_code == 200
    assert other_browser.get("/api/user").status_code == 401
    assert bearer(pair["access"]).get("/api/user").status_code == 401


def test_new_password_by_bearer_keeps_the_session_of_another_user(
    browser: APIClient, carol: User, pair: dict[str, str]
) -> None:
    shared = APIClient()
    shared.force_login(carol)
    body = {"password": NEW, "current_password": PASSWORD}
    headers = {"Authorization": f"Bearer {pair['access']}"}
    assert shared.patch("/api/user", body, headers=headers).status_code == 200
    assert shared.get("/api/user").json()["id"] == carol.pk
    assert browser.get("/api/user").status_code == 401
