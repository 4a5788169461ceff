"""The health checks /healthz and /readyz."""

import time

import pytest
from django.core.cache import cache
from django.test import Client

from ticketing.celery import beat_key

pytestmark = pytest.mark.django_db


def set_heartbeats(**ago: float) -> None:
    """Set the last heartbeats of processes, in seconds before now."""
    for process, seconds in ago.items():
        cache.set(beat_key(process), time.time() - seconds, 60)


def test_healthz_is_ok_while_the_process_answers(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


def test_ready_means_database_redis_worker_and_beat(client: Client) -> None:
    set_heartbeats(worker=1, beat=1)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"] == dict.fromkeys(("database", "redis", "worker", "beat"), "ok")


def test_a_worker_without_heartbeats_is_named(client: Client) -> None:
    set_heartbeats(worker=30, beat=1)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["worker"].startswith("down: last heartbeat 30 s ago")
    assert response.json()["checks"]["beat"] == "ok"


def test_a_beat_that_never_ran_is_named(client: Client) -> None:
    cache.delete(beat_key("beat"))
    assert client.get("/readyz").json()["checks"]["beat"].startswith("down")


def test_a_lost_redis_is_named_and_nothing_breaks(client: Client, settings: object) -> None:
    from django.core.cache import caches

    lost = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": lost}  # type: ignore[attr-defined]
    caches.close_all()
    checks = client.get("/readyz").json()["checks"]
    assert checks["database"] == "ok"
    assert all(checks[name].startswith("down") for name in ("redis", "worker", "beat"))
