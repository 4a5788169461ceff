"""GET and PATCH /api/user."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import PASSWORD

NEW = "another quiet evening"


def test_me(browser: APIClient, alice: User) -> None:
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
def test_nobody_is_nobody(anyone: APIClient, method: str) -> None:
    answer = getattr(anyone, method)("/api/user")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_name_can_be_changed(browser: APIClient) -> None:
    assert browser.patch("/api/user", {"name": "Alicia"}).json()["name"] == "Alicia"
    assert User.objects.get().name == "Alicia"


def test_what_is_not_ones_own_to_change_is_ignored(browser: APIClient, alice: User) -> None:
    before = User.objects.values().get()
    wishes = {
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
    assert browser.patch("/api/user", wishes).status_code == 200
    assert User.objects.values().get() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "n" * 151}, "name"),
        ({"name": "Alicia", "password": NEW}, "current_password"),
        ({"name": "Alicia", "password": NEW, "current_password": "wrong"}, "current_password"),
        ({"name": "Alicia", "password": "short", "current_password": PASSWORD}, "password"),
    ],
)
def test_bad_change_is_refused_and_nothing_is_changed(browser: APIClient, body: dict[str, Any], field: str) -> None:
    before = User.objects.values().get()
    answer = browser.patch("/api/user", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert User.objects.values().get() == before


def test_new_password_ends_all_else_but_this_session(
    browser: APIClient, alice: User, pair: dict[str, str], bearer: Callable[[str], APIClient]
) -> None:
    elsewhere = APIClient()
    elsewhere.force_login(alice)
    assert browser.patch("/api/user", {"password": NEW, "current_password": PASSWORD}).status_code == 200
    assert User.objects.get().check_password(NEW)
    assert browser.get("/api/user").status_code == 200
    assert elsewhere.get("/api/user").status_code == 401
    assert bearer(pair["access"]).get("/api/user").status_code == 401


def test_new_password_by_bearer_does_not_touch_anothers_session(
    browser: APIClient, carol: User, pair: dict[str, str]
) -> None:
    shared = APIClient()
    shared.force_login(carol)
    body = {"password": NEW, "current_password": PASSWORD}
    headers = {"Authorization": f"Bearer {pair['access']}"}
    assert shared.patch("/api/user", body, headers=headers).status_code == 200
    assert shared.get("/api/user").json()["id"] == carol.pk
    assert browser.get("/api/user").status_code == 401
