"""The overview for operators: the current numbers in one response. Only reads; changes nothing."""

from datetime import datetime
from typing import Any, TypedDict

from bookings.payments.trouble import open_troubles
from bookings.waiting_room import pace
from bookings.waiting_room.numbers import waiting_numbers
from core import counters, feature_switches, read_only
from core.models import FeatureSwitch
from core.redis import RedisUnavailable
from events.models import Event

WINDOW_SECONDS = 10  # rates and percentiles are over the last 10 seconds
MAX_ROOMS = 50
BREAKER_PREFIX = "breaker:"


class Room(TypedDict):
    """Settings and numbers of one waiting room. `waiting` is None if Redis is unavailable."""

    event_id: int
    name: str
    waiting: int | None
    active: int
    admitted_last_minute: int
    admit_per_minute: int
    max_active: int
    paused: bool


def overview() -> dict[str, Any]:
    """Return everything that the operator page shows."""
    return {
        "window_seconds": WINDOW_SECONDS,
        "switches": all_switches(),
        "read_only": read_only.known_cause(),
        "numbers": recent_numbers(),
        "processes": _processes(),
        "waiting_rooms": waiting_rooms(),
        "money": open_troubles(),
    }


def all_switches() -> dict[str, dict[str, Any]]:
    """Return the state of each feature switch, with who changed it last and when."""
    rows = {row.name: row for row in FeatureSwitch.objects.select_related("changed_by")}
    return {name: switch_body(rows.get(name)) for name in feature_switches.NAMES}


def switch_body(row: FeatureSwitch | None) -> dict[str, Any]:
    """Return a feature switch as the API shows it; `row` is None for a switch that was never changed."""
    by: str | None = row.changed_by.name if row and row.changed_by else None
    at: datetime | None = row.changed_at if row else None
    return {"on": row is not None and row.is_on, "changed_at": at, "changed_by": by}


def recent_numbers() -> dict[str, Any] | None:
    """Return measurements of the last WINDOW_SECONDS, as in the API's `numbers`; None if Redis is unavailable."""
    try:
        numbers = counters.recent(WINDOW_SECONDS)
    except RedisUnavailable:
        return None
    p95 = numbers.percentile("hold", 0.95)
    return {
        "holds_per_second": round(numbers.rate("held"), 1),
        "hold_p95_ms": None if p95 is None else round(p95 * 1000, 1),
        "admission_share": round(pace.share_of_rate(p95), 2),
        "limits_hit": numbers.number("limit_hit"),
        "challenges": numbers.kinds("challenge"),
        "refusals": numbers.kinds("refusal"),
    }


def waiting_rooms() -> list[Room]:
    """Return the waiting rooms that are on, at most MAX_ROOMS."""
    return [room_of(event) for event in Event.objects.filter(waiting_room_on=True).order_by("pk")[:MAX_ROOMS]]


def room_of(event: Event) -> Room:
    """Return settings and current numbers of an event's waiting room."""
    now = waiting_numbers(event.pk)
    return {
        "event_id": event.pk,
        "name": event.name,
        "waiting": now.waiting,
        "active": now.active,
        "admitted_last_minute": now.admitted_last_minute,
        "admit_per_minute": event.admit_per_minute,
        "max_active": event.max_active,
        "paused": event.admission_paused,
    }


def breakers_of(gauges: dict[str, str]) -> dict[str, str]:
    """Return the state of each circuit breaker among a process's gauges: closed, open or half-open."""
    return {
        name.removeprefix(BREAKER_PREFIX): state for name, state in gauges.items() if name.startswith(BREAKER_PREFIX)
    }


def _processes() -> list[dict[str, Any]]:
    """Return the state of each process that reported gauges recently; only of this one if Redis is unavailable."""
    try:
        reported = counters.processes()
    except RedisUnavailable:
        reported = {counters.own_name(): counters.own_gauges()}
    return [
        {
            "name": name,
            "in_flight": int(gauges.get("in_flight", 0)),
            "read_only": gauges.get("read_only") or None,
            "breakers": breakers_of(gauges),
        }
        for name, gauges in sorted(reported.items())
    ]
