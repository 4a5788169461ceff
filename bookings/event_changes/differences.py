"""Selects the changes of an event that its ticket holders must know about, and formats them for the email."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bookings.tickets.texts import one_line
from core.text.times import time_text
from events.lifecycle.change import NEW_RULES
from events.models import Event

LABELS = {"name": "Name", "venue_name": "Place", "starts_at": "Start", "ends_at": "End"}
TIMES = ("starts_at", "ends_at")
STORED = (*LABELS, "time_zone", NEW_RULES)


class Change(NamedTuple):
    """One changed field, as a line of the email: its label, the old value and the new one."""

    label: str
    was: str
    now: str


def notifiable_changes(before: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the old values that ticket holders must know about, in the form that an email stores as JSON.

    `before` holds the old values of all changed fields: {field: old value}.
    """
    old_values = {name: before[name] for name in STORED if name in before}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in old_values.items()}


def changes_since(before: Mapping[str, str | None], event: Event) -> list[Change]:
    """Return the changes between the old values stored in an email and the event as it is now.

    Fields that have their old value again are left out. Times are by the clock at the venue: with another zone, another
    clock shows them. If the rules of the zone have changed, that clock shows what it did before.
    """
    old_zone = before.get("time_zone") or event.time_zone
    names = [name for name in LABELS if name in before or (name in TIMES and "time_zone" in before)]
    changes = [
        Change(
            LABELS[name],
            _text(name, before.get(name, getattr(event, name)), old_zone),
            _text(name, getattr(event, name), event.time_zone),
        )
        for name in names
        if not (name in TIMES and NEW_RULES in before)
    ]
    return [change for change in changes if change.was != change.now]


def _text(name: str, value: Any, zone: str) -> str:
    if name not in TIMES:
        return one_line(value)
    if value is None:
        return "to be announced"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time_text(moment, zone=ZoneInfo(zone))
