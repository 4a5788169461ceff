"""The operator page and its API."""

import json
import time
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from accounts.models import User
from core import counters, feature_switches
from events.models import Event
from ticketing.metrics import record_request

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], APIClient]
SURGE = "/api/operator/switch/surge"


@pytest.fixture
def operator(olga: User, client_of: ClientOf) -> APIClient:
    return client_of(olga)


@pytest.fixture
def queued(concert: Event) -> Event:
    """The concert with its waiting room on."""
    concert.waiting_room_on = True
    concert.save()
    return concert


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/operator"),
        ("post", SURGE),
        ("post", "/api/operator/event/1"),
        ("get", "/operator"),
    ],
)
def test_only_operators_have_access(
    alice: User, carol: User, client_of: ClientOf, method: str, path: str, django_assert_num_queries: object
) -> None:
    for user in (alice, carol):
        response = getattr(client_of(user), method)(path, {"on": True})
        assert response.status_code == 403
    stranger = getattr(client_of(None), method)(path, {"on": True})
    assert stranger.status_code == (302 if path == "/operator" else 401)
    assert not feature_switches.is_on(feature_switches.SURGE)


def test_requests_from_other_origins_are_refused(operator: APIClient) -> None:
    response = operator.post(SURGE, {"on": True}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert not feature_switches.is_on(feature_switches.SURGE)


def test_a_switch_is_turned_on_and_the_log_names_the_user(operator: APIClient, olga: User) -> None:
    with capture_logs() as logs:
        response = operator.post(SURGE, {"on": True})
    assert response.json() | {"changed_at": None} == {"on": True, "changed_at": None, "changed_by": "Olga"}
    assert {"event": "switch_turned", "switch": "surge", "on": True, "by": olga.pk, "log_level": "warning"} in logs
    assert feature_switches.is_on(feature_switches.SURGE)
    assert operator.get("/api/operator").json()["switches"]["surge"]["on"]


def test_read_only_mode_can_be_switched_off_again(operator: APIClient) -> None:
    assert operator.post("/api/operator/switch/read_only", {"on": True}).status_code == 200
    assert operator.post("/api/booking", {}).json()["code"] == "read_only"
    assert operator.post("/api/operator/switch/read_only", {"on": False}).status_code == 200
    assert operator.post("/api/booking", {}).json()["code"] != "read_only"


@pytest.mark.parametrize("body", [{}, {"on": "perhaps"}, {"on": None}])
def test_a_switch_accepts_only_booleans(operator: APIClient, body: dict[str, object]) -> None:
    assert operator.post(SURGE, body).status_code == 400


def test_an_unknown_switch_is_refused(operator: APIClient) -> None:
    assert operator.post("/api/operator/switch/everything", {"on": True}).json()["code"] == "validation_error"


def test_admission_is_paused_resumed_and_given_a_rate(operator: APIClient, queued: Event, olga: User) -> None:
    path = f"/api/operator/event/{queued.pk}"
    with capture_logs() as logs:
        assert operator.post(path, {"paused": True}).json()["paused"]
    entry = {"event": "admission_changed", "event_id": queued.pk, "by": olga.pk, "paused": True}
    assert entry | {"log_level": "warning"} in logs
    queued.refresh_from_db()
    assert queued.admission_paused
    body = operator.post(path, {"paused": False, "admit_per_minute": 300}).json()
    assert (body["paused"], body["admit_per_minute"]) == (False, 300)
    queued.refresh_from_db()
    assert (queued.admission_paused, queued.admit_per_minute) == (False, 300)


@pytest.mark.parametrize("speed", [0, -1, 100_001, "fast"])
def test_an_invalid_rate_is_refused(operator: APIClient, queued: Event, speed: object) -> None:
    assert operator.post(f"/api/operator/event/{queued.pk}", {"admit_per_minute": speed}).status_code == 400
    assert operator.post("/api/operator/event/999999", {"paused": True}).status_code == 404


def test_the_overview_has_the_numbers_of_all_processes(
    operator: APIClient, queued: Event, no_numbers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_request("POST", "/api/booking", 201, 0.020)
    record_request("POST", "/api/booking", 409, 0.020)
    counters.count("limit_hit:api", 2)
    counters.count("challenge:given")
    counters.flush()
    now = time.time()
    monkeypatch.setattr("core.counters.time.time", lambda: now + 2)
    overview = operator.get("/api/operator").json()
    assert overview["numbers"]["holds_per_second"] == 0.1
    assert 15 <= overview["numbers"]["hold_p95_ms"] <= 20
    assert overview["numbers"]["limits_hit"] == 2
    assert overview["numbers"]["challenges"] == {"given": 1}
    (room,) = overview["waiting_rooms"]
    assert (room["event_id"], room["waiting"], room["paused"]) == (queued.pk, 0, False)


def test_the_overview_works_without_redis(operator: APIClient, queued: Event, use_redis: Callable[[str], None]) -> None:
    use_redis("redis://127.0.0.1:1/0")
    overview = operator.get("/api/operator").json()
    assert overview["numbers"] is None
    assert overview["waiting_rooms"][0]["waiting"] is None and overview["waiting_rooms"][0]["active"] == 0
    assert operator.get("/operator").status_code == 200
    assert operator.post(f"/api/operator/event/{queued.pk}", {"paused": True}).status_code == 200


def test_the_page_contains_the_overview(operator: APIClient, queued: Event) -> None:
    page = operator.get("/operator").content.decode()
    begun = json.loads(page.split('<script id="page" type="application/json">')[1].split("</script>")[0])
    assert begun["overview"]["waiting_rooms"][0]["name"] == queued.name
