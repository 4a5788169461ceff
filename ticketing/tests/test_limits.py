"""Rate limits: what a caller is told, what none costs, and how they hold in many processes and without Redis."""

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
from ticketing.tests.limits_stage import ME, ClientOf, Rates, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("state_redis", "nothing_remembered")]


def test_one_call_too_many_is_429_with_the_time_to_wait(alice: User, client_of: ClientOf, rates: Rates) -> None:
    rates(API_RATE=2)
    client = client_of(alice)
    assert statuses(2, lambda: client.get(ME)) == [200, 200]
    answer = client.get(ME)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert answer.json()["code"] == "rate_limited"
    assert answer["Retry-After"] == str(answer.json()["retry_after"])
    assert 1 <= answer.json()["retry_after"] <= 60
    assert f"try again in {answer.json()['retry_after']} second" in answer.json()["detail"]


def test_every_limited_answer_says_how_the_caller_stands(alice: User, client_of: ClientOf, rates: Rates) -> None:
    rates(API_RATE=3)
    client = client_of(alice)
    for path, left in ((ME, 2), ("/api/nothing", 1), ("/api/booking/1", 0), (ME, 0)):
        answer = client.get(path)
        assert answer["RateLimit-Policy"] == '"api";q=3;w=60', path
        assert answer["RateLimit"].startswith(f'"api";r={left};t='), path


def test_what_is_refused_is_counted_as_well(client: Client, db: None, rates: Rates) -> None:
    rates(API_RATE=3)
    assert statuses(4, lambda: client.get(ME)) == [401, 401, 401, 429]


def test_without_limits_nobody_asks_redis_or_the_database(
    alice: User, concert: Event, client: Client, rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates()
    monkeypatch.setattr("ticketing.rate_limits.rate_limits.count", None)
    monkeypatch.setattr("ticketing.rate_limits.caller_of", None)
    answer = client.get("/api/event")
    assert answer.status_code == 200
    assert not answer.has_header("RateLimit")


def test_without_redis_limits_still_hold_in_each_process(
    alice: User, client_of: ClientOf, rates: Rates, use_redis: Callable[[str], None]
) -> None:
    rates(API_RATE=3)
    use_redis(f"redis://127.0.0.1:{free_port()}/0")
    client = client_of(alice)
    assert statuses(5, lambda: client.get(ME)) == [200] * 3 + [429] * 2


def test_of_two_hundred_calls_at_two_processes_at_once_exactly_the_limit_passes(
    alice: User, concert: Event, state_redis: Any
) -> None:
    """By cookie, by token and with invented addresses, half of them bookings, half of them by the fast path."""
    token = tokens_for(alice)["access"]
    headers = {"Authorization": f"Bearer {token}"}

    def call(n: int) -> tuple[int, str]:
        made_up = headers | {"X-Forwarded-For": f"10.{n}.0.1"}
        url = servers[n % 2].url
        if n % 4 < 2:
            answer = httpx.get(f"{url}/api/user", headers=made_up, timeout=30)
        else:
            answer = httpx.post(f"{url}/api/booking", json={"event_id": 999_999}, headers=made_up, timeout=30)
        return answer.status_code, answer.headers["RateLimit"]

    rates: dict[str, Any] = {
        "API_RATE": "30/min",
        "BOOKING_RATE": "10/min",
        "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "WARNING",
    }
    with granian(**rates) as first, granian(**rates) as second, ThreadPoolExecutor(40) as crowd:
        servers = [first, second]
        answers = Counter(status for status, _ in crowd.map(call, range(200)))
    assert answers == {200: 20, 400: 10, 429: 170}
    assert state_redis.llen(f"limit:api:user:{alice.pk}") == 30
