"""The health checks /healthz and /readyz."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from bookings.emails.send import send_due_emails
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import queue_email
from bookings.states import EmailKind
from core.clock import database_now
from ticketing.celery import beat_key

pytestmark = pytest.mark.django_db

PaidBooking = Callable[..., Booking]
SMTP = "django.core.mail.backends.smtp.EmailBackend"


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


def test_late_emails_are_named_and_take_nothing_down(client: Client, paid_booking: PaidBooking, alice: User) -> None:
    set_heartbeats(worker=1, beat=1)
    paid_booking(alice)
    assert client.get("/readyz").json()["emails"] == "ok"
    EmailMessage.objects.update(due_at=database_now() - timedelta(seconds=95))
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["emails"].startswith("late: the oldest has waited for 9")
    assert send_due_emails() == 1
    assert client.get("/readyz").json()["emails"] == "ok"


def test_emails_that_the_mail_server_does_not_take_are_late(
    client: Client, paid_booking: PaidBooking, alice: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 1
    paid_booking(alice)
    assert send_due_emails() == 1
    assert client.get("/readyz").json()["emails"] == "late: the mail server has not taken 1"


def test_late_bulk_emails_are_not_named(client: Client, paid_booking: PaidBooking, alice: User) -> None:
    queue_email(EmailKind.EVENT_CANCELLED, paid_booking(alice))
    EmailMessage.objects.filter(kind=EmailKind.EVENT_CANCELLED).update(due_at=database_now() - timedelta(hours=1))
    assert client.get("/readyz").json()["emails"] == "ok"
