"""The health checks /healthz and /readyz. Celery's worker and beat are checked by the age of their last heartbeat."""

import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from core import read_only
from ticketing.celery import beat_key
from ticketing.email_backlogs import AWAITED, email_backlogs

EMAIL_LIMIT = 60  # seconds from the payment until the email with the tickets is sent
HEARTBEAT_LIMIT = 10  # seconds; there are four heartbeats a second, and a worker restarts in a few seconds


def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200; checks only that this process responds."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Return 200 if database, Redis, worker and beat all work, else 503. The body has each result: "ok" or the failure.

    The member `emails` says whether emails that people wait for, such as tickets and links to new passwords, are late;
    it decides nothing, because late emails are no reason to turn buyers away. The member `read_only` is the cause of
    read-only mode ("switch" or "database"), or null.
    """
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "redis": _redis,
        "worker": lambda: _heartbeat("worker"),
        "beat": lambda: _heartbeat("beat"),
    }
    results = {name: _result(check) for name, check in checks.items()}
    ready = all(result == "ok" for result in results.values())
    body = {
        "status": "ok" if ready else "unavailable",
        "checks": results,
        "emails": _result(_emails),
        "read_only": read_only.cause(),
    }
    return JsonResponse(body, status=200 if ready else 503)


def _result(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # any failure is a result
        return f"down: {type(error).__name__}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    cache.set("readyz", 1, 1)
    return "ok"


def _emails() -> str:
    awaited = [backlog for rank, _, backlog in email_backlogs() if rank == AWAITED]
    oldest, retried = max(one.oldest_seconds for one in awaited), sum(one.retried for one in awaited)
    if oldest > EMAIL_LIMIT:
        return f"late: the oldest has waited for {oldest:.0f} s"
    return f"late: the mail server has not taken {retried}" if retried else "ok"


def _heartbeat(process: str) -> str:
    last = cache.get(beat_key(process))
    if last is None:
        return "down: no heartbeat"
    age = time.time() - last
    return "ok" if age < HEARTBEAT_LIMIT else f"down: last heartbeat {age:.0f} s ago"
