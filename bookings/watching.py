"""What an operator watches: one answer with the numbers of the moment, made of reads alone."""

from datetime import datetime
from typing import Any, TypedDict

from accounts import counters, read_only, switches
from accounts.models import Switch
from accounts.redis import RedisGone
from bookings.waiting import pace
from bookings.waiting.numbers import waiting_numbers
from events.models import Event

WINDOW_SECONDS = 10  # what is a rate or a percentile here is over the last so many
MOST_ROOMS = 50
BREAKER = "breaker:"


class Room(TypedDict):
    """A waiting room; `waiting` is None while Redis is gone."""

    event_id: int
    name: str
    waiting: int | None
    active: int
    admitted_last_minute: int
    admit_per_minute: int
    max_active: int
    paused: bool


def overview() -> dict[str, Any]:
    """Everything that the page shows."""
    return {
        "window_seconds": WINDOW_SECONDS,
        "switches": all_switches(),
        "read_only": read_only.known(),
        "numbers": recent_numbers(),
        "processes": _processes(),
        "waiting_rooms": waiting_rooms(),
    }


def all_switches() -> dict[str, dict[str, Any]]:
    """Each switch, and who turned it when."""
    rows = {row.name: row for row in Switch.objects.select_related("changed_by")}
    return {name: switch_body(rows.get(name)) for name in switches.NAMES}


def switch_body(row: Switch | None) -> dict[str, Any]:
    """A switch as the API shows it."""
    by: str | None = row.changed_by.name if row and row.changed_by else None
    at: datetime | None = row.changed_at if row else None
    return {"on": row is not None and row.is_on, "changed_at": at, "changed_by": by}


def recent_numbers() -> dict[str, Any] | None:
    """Rates a second and milliseconds, over the last seconds; None while Redis is gone."""
    try:
        numbers = counters.recent(WINDOW_SECONDS)
    except RedisGone:
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
    """The events whose waiting room is on."""
    return [room_of(event) for event in Event.objects.filter(waiting_room_on=True).order_by("pk")[:MOST_ROOMS]]


def room_of(event: Event) -> Room:
    """An event's waiting room as it is now."""
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


def breakers_of(said: dict[str, str]) -> dict[str, str]:
    """The state of each circuit breaker among what a process's gauges said: closed, open or half-open."""
    return {name.removeprefix(BREAKER): state for name, state in said.items() if name.startswith(BREAKER)}


def _processes() -> list[dict[str, Any]]:
    """Each process that has told anything in the last seconds; while Redis is gone, only this one."""
    try:
        told = counters.processes()
    except RedisGone:
        told = {counters.own_name(): counters.own_gauges()}
    return [
        {
            "name": name,
            "in_flight": int(said.get("in_flight", 0)),
            "read_only": said.get("read_only") or None,
            "breakers": breakers_of(said),
        }
        for name, said in sorted(told.items())
    ]
