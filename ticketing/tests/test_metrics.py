"""/metrics for Prometheus."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from core import counters
from core.clock import database_now
from ticketing.metrics import record_request

pytestmark = pytest.mark.django_db


def samples(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the samples of /metrics, by name and labels."""
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def test_this_machine_may_read_it_and_others_may_not(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 200
    refusal = client.get("/metrics", REMOTE_ADDR="192.0.2.7")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "permission_denied")
    settings.TRUSTED_PROXIES = 1
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1, 192.0.2.7"}).status_code == 403


def test_the_token_opens_it_from_anywhere(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "scrape-me"
    far: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", headers={"Authorization": "Bearer scrape-me"}, **far).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer guess"}, **far).status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer "}, **far).status_code == 403


def test_no_token_opens_it_where_none_is_set(client: Client) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="192.0.2.7").status_code == 403


def test_it_counts_holds_refusals_and_times(client: Client, no_numbers: None) -> None:
    record_request("POST", "/api/booking", 201, 0.02)
    record_request("POST", "/api/booking/", 409, 0.2)
    record_request("POST", "/api/booking", 503, 0.0001)  # refused early: not counted
    record_request("GET", "/events/1", 200, 1)  # a page
    client.get("/api/event/999999")
    counters.flush()
    said = samples(client)
    assert said["ticketing_held_total", frozenset({("kind", "")})] == 1
    assert said["ticketing_refusal_total", frozenset({("kind", "not_found")})] == 1
    of_hold = ("call", "hold")
    assert said["ticketing_call_seconds_count", frozenset({of_hold})] == 2
    assert said["ticketing_call_seconds_bucket", frozenset({of_hold, ("le", "0.02")})] == 1
    assert said["ticketing_call_seconds_sum", frozenset({of_hold})] == pytest.approx(0.22)
    assert said["ticketing_redis_up", frozenset()] == 1


def test_it_says_how_long_emails_have_waited_and_how_many_are_retried(
    client: Client, paid_booking: Callable[..., Booking], alice: User, use_redis: Any
) -> None:
    paid_booking(alice)
    now = database_now()
    EmailMessage.objects.update(due_at=now - timedelta(seconds=95))
    said = samples(client)
    awaited = frozenset({("rank", "awaited"), ("kind", "confirmation")})
    bulk = frozenset({("rank", "bulk"), ("kind", "event_changed")})
    assert said["ticketing_oldest_due_email_seconds", awaited] == pytest.approx(95, abs=5)
    assert said["ticketing_oldest_due_email_seconds", bulk] == 0
    assert said["ticketing_retried_emails", awaited] == 0
    EmailMessage.objects.update(due_at=now + timedelta(seconds=10), attempts=1)
    use_redis("redis://127.0.0.1:1/0")
    said = samples(client)
    assert said["ticketing_oldest_due_email_seconds", awaited] == 0
    assert said["ticketing_retried_emails", awaited] == 1


def test_without_redis_it_says_that(client: Client, use_redis: Any) -> None:
    use_redis("redis://127.0.0.1:1/0")
    assert samples(client)["ticketing_redis_up", frozenset()] == 0
