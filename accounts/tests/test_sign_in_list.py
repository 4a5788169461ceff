"""Users see where they are signed in, and sign out one device or all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.devices import UNKNOWN, device_name
from accounts.models import Session, User
from accounts.sign_ins import SignIn, ended
from conftest import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
RIGHT = {"email": "alice@example.com", "password": PASSWORD}


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/19.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile"
            " Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0"
            " Safari/537.36 Edg/150.0.0.0",
            "Edge on Windows",
        ),
        ("curl/8.14.1", "curl"),
        ("python-requests/2.32", "python-requests"),
        ("", UNKNOWN),
        ("<script>alert(1)</script>", UNKNOWN),
        ("x" * 5_000, "x" * 60),
    ],
)
def test_a_device_has_a_name_that_people_recognize(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_each_sign_in_is_listed_once_with_its_device_newest_first(
    alice: User, bearer: Callable[[str], APIClient]
) -> None:
    desk, phone = APIClient(headers={"User-Agent": FIREFOX}), APIClient()
    desk.post("/api/user/login", RIGHT)
    phone.post("/api/user/login", RIGHT, headers={"User-Agent": "curl/8"})
    token = APIClient().post("/api/user/token", RIGHT, headers={"User-Agent": "gate-app/2.1"}).json()["access"]
    listed = desk.get("/api/user/sessions").json()
    assert [(one["device"], one["kind"], one["is_current"]) for one in listed] == [
        ("gate-app", "program", False),
        ("curl", "browser", False),
        ("Firefox on Windows", "browser", True),
    ]
    assert all(Session.objects.filter(pk=one["id"]).count() == 0 for one in listed)  # ids are no keys
    current = [one["device"] for one in bearer(token).get("/api/user/sessions").json() if one["is_current"]]
    assert current == ["gate-app"]


def test_one_device_is_signed_out_and_the_others_stay(alice: User, pair: dict[str, str]) -> None:
    desk, phone = APIClient(), APIClient()
    for client in (desk, phone):
        client.force_login(alice)
    lost = Session.objects.get(pk=phone.cookies["sessionid"].value)
    feed = SignIn.of(alice, session=lost.session_key)
    others = [one["id"] for one in desk.get("/api/user/sessions").json() if not one["is_current"]]
    for other in others:
        assert desk.delete(f"/api/user/sessions/{other}").status_code == 204
        assert desk.delete(f"/api/user/sessions/{other}").status_code == 404
    assert phone.get("/api/user").status_code == 401
    assert phone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert desk.get("/api/user").status_code == 200
    assert ended([feed]) == {feed}


def test_nobody_sees_or_ends_the_sign_ins_of_others(browser: APIClient, bob: User) -> None:
    stranger = APIClient()
    stranger.force_login(bob)
    [own] = browser.get("/api/user/sessions").json()
    assert own["id"] not in [one["id"] for one in stranger.get("/api/user/sessions").json()]
    assert stranger.delete(f"/api/user/sessions/{own['id']}").status_code == 404
    assert browser.get("/api/user").status_code == 200


def test_signing_out_everywhere_ends_all(browser: APIClient, alice: User, bob: User, pair: dict[str, str]) -> None:
    other, stranger = APIClient(), APIClient()
    other.force_login(alice)
    stranger.force_login(bob)
    assert browser.delete("/api/user/sessions").status_code == 204
    assert browser.get("/api/user").status_code == other.get("/api/user").status_code == 401
    assert APIClient().post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert stranger.get("/api/user").status_code == 200


def test_sign_ins_that_are_over_are_not_listed(browser: APIClient, alice: User, family: Any) -> None:
    old, changed = APIClient(), APIClient()
    for client in (old, changed):
        client.force_login(alice)
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(pk=old.cookies["sessionid"].value).update(expire_date=past)
    browser.patch("/api/user", {"password": "another quiet evening", "current_password": PASSWORD})
    assert [one["is_current"] for one in browser.get("/api/user/sessions").json()] == [True]


def test_a_session_keeps_its_device_and_time_after_a_new_password(alice: User) -> None:
    client = APIClient(headers={"User-Agent": FIREFOX})
    client.post("/api/user/login", RIGHT)
    before = client.get("/api/user/sessions").json()[0]
    client.patch("/api/user", {"password": "another quiet evening", "current_password": PASSWORD})
    after = client.get("/api/user/sessions").json()[0]
    assert (after["device"], after["signed_in_at"]) == (before["device"], before["signed_in_at"])


@pytest.mark.django_db
def test_anonymous_callers_are_refused(anyone: APIClient) -> None:
    assert anyone.get("/api/user/sessions").status_code == anyone.delete("/api/user/sessions").status_code == 401
