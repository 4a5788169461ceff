"""Rate limits: refusals and headers, the cost without limits, several processes, and operation without Redis."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.test import Client

from accounts.models import User
from accounts.operations.tokens import tokens_for
from events.models import Event
from realtime.tests.servers import free_port, granian
from ticketing.tests.limits_helpers import ME, ClientOf, Rates, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("state_redis", "empty_caches")]


def test_one_call_too_many_is_429_with_the_time_to_wait(alice: User, client_of: ClientOf, rates: Rates) -> None:
    rates(API_RATE=2)
    client = client_of(alice)
    assert statuses(2, lambda: client.get(ME)) == [200, 200]
    response = client.get(ME)
    assert (response.status_code, response["Content-Type"]) == (429, "application/problem+json")
    assert response.json()["code"] == "rate_limited"
    assert response["Retry-After"] == str(response.json()["retry_after"])
    assert 1 <= response.json()["retry_after"] <= 60
    assert f"try again in {response.json()['retry_after']} second" in response.json()["detail"]


def test_every_limited_answer_has_the_rate_limit_headers(alice: User, client_of: ClientOf, rates: Rates) -> None:
    rates(API_RATE=3)
    client = client_of(alice)
    for path, left in ((ME, 2), ("/api/nothing", 1), ("/api/booking/1", 0), (ME, 0)):
        response = client.get(path)
        assert response["RateLimit-Policy"] == '"api";q=3;w=60', path
        assert response["RateLimit"].startswith(f'"api";r={left};t='), path


def test_refused_calls_count_as_well(client: Client, db: None, rates: Rates) -> None:
    rates(API_RATE=3)
    assert statuses(4, lambda: client.get(ME)) == [401, 401, 401, 429]


def test_without_limits_neither_redis_nor_the_database_is_queried(
    alice: User, concert: Event, client: Client, rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates()
    monkeypatch.setattr("ticketing.rate_limits.rate_limits.count", None)
    monkeypatch.setattr("ticketing.rate_limits.caller_of", None)
    response = client.get("/api/event")
    assert response.status_code == 200
    assert not response.has_header("RateLimit")


def test_without_redis_limits_still_hold_in_each_process(
    alice: User, client_of: ClientOf, rates: Rates, use_redis: Callable[[str], None]
) -> None:
    rates(API_RATE=3)
    use_redis(f"redis://127.0.0.1:{free_port()}/0")
    client = client_of(alice)
    assert statuses(5, lambda: client.get(ME)) == [200] * 3 + [429] * 2


def test_of_two_hundred_simultaneous_calls_to_two_processes_exactly_the_limit_passes(
    alice: User, concert: Event, state_redis: Any
) -> None:
    """Half of the calls are bookings on the fast path; all have forged addresses."""
    token = tokens_for(alice)["access"]
    headers = {"Authorization": f"Bearer {token}"}

    def call(n: int) -> tuple[int, str]:
        made_up = headers | {"X-Forwarded-For": f"10.{n}.0.1"}
        url = servers[n % 2].url
        if n % 4 < 2:
            response = httpx.get(f"{url}/api/user", headers=made_up, timeout=30)
        else:
            response = httpx.post(f"{url}/api/booking", json={"event_id": 999_999}, headers=made_up, timeout=30)
        return response.status_code, response.headers["RateLimit"]

    rates: dict[str, Any] = {
        "API_RATE": "30/min",
        "BOOKING_RATE": "10/min",
        "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "WARNING",
    }
    with granian(**rates) as first, granian(**rates) as second, ThreadPoolExecutor(40) as crowd:
        servers = [first, second]
        responses = Counter(status for status, _ in crowd.map(call, range(200)))
    assert responses == {200: 20, 400: 10, 429: 170}
    assert state_redis.llen(f"limit:api:user:{alice.pk}") == 30
