"""What holders must know of an event that changes: what a letter keeps of it, and how the mail says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bookings.tickets import moment, one_line
from events.models import Event

LABELS = {"name": "Name", "venue_name": "Place", "starts_at": "Start", "ends_at": "End"}
TIMES = ("starts_at", "ends_at")


class Change(NamedTuple):
    """One line of the mail."""

    label: str
    was: str
    now: str


def worth_telling(before: Mapping[str, Any]) -> dict[str, str | None]:
    """Of what changed ({field: old value}) that which holders must know, as a letter keeps it in JSON."""
    kept = {name: before[name] for name in LABELS if name in before}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}


def changes_since(before: Mapping[str, str | None], event: Event) -> list[Change]:
    """How the event differs from what a letter kept of it; nothing, where the seller has taken it back meanwhile."""
    lines = [
        Change(label, _words(name, before[name]), _words(name, getattr(event, name))) for name, label in _of(before)
    ]
    return [line for line in lines if line.was != line.now]


def _of(before: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, label) for name, label in LABELS.items() if name in before]


def _words(name: str, value: Any) -> str:
    if name not in TIMES:
        return one_line(value)
    return moment(datetime.fromisoformat(value) if isinstance(value, str) else value) or "to be announced"
