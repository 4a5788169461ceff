"""Liveness and readiness. Workers are judged by effect (the age of their last heartbeat), not by their process."""

import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from core import read_only
from ticketing.celery import beat_key

HEARTBEAT_LIMIT = 10  # seconds; the sweep runs four times a second, a restarted worker listens again within a few


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while this process answers; checks nothing else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis, worker and beat all work, else 503; `checks` has "ok" or the reason for each.

    Leaves out the process `mailer`: late emails are no reason to turn buyers away. `read_only` says why nothing can be
    changed ("switch" or "database"), or is null.
    """
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "redis": _redis,
        "worker": lambda: _heartbeat("worker"),
        "beat": lambda: _heartbeat("beat"),
    }
    results = {name: _result(check) for name, check in checks.items()}
    ready = all(result == "ok" for result in results.values())
    body = {"status": "ok" if ready else "unavailable", "checks": results, "read_only": read_only.cause()}
    return JsonResponse(body, status=200 if ready else 503)


def _result(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # whatever it is, it is the result
        return f"down: {type(error).__name__}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    cache.set("readyz", 1, 1)
    return "ok"


def _heartbeat(process: str) -> str:
    last = cache.get(beat_key(process))
    if last is None:
        return "down: never heard of"
    age = time.time() - last
    return "ok" if age < HEARTBEAT_LIMIT else f"down: last heard of {age:.0f} s ago"
