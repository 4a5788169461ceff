"""Selects the changes of an event that its ticket holders must know about, and formats them for the email."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bookings.tickets.texts import one_line
from core.text.times import time_text
from events.models import Event

LABELS = {"name": "Name", "venue_name": "Place", "starts_at": "Start", "ends_at": "End"}
TIMES = ("starts_at", "ends_at")


class Change(NamedTuple):
    """One changed field, as a line of the email: its label, the old value and the new one."""

    label: str
    was: str
    now: str


def notifiable_changes(before: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the old values that ticket holders must know about, in the form that an email stores as JSON.

    `before` holds the old values of all changed fields: {field: old value}.
    """
    old_values = {name: before[name] for name in LABELS if name in before}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in old_values.items()}


def changes_since(before: Mapping[str, str | None], event: Event) -> list[Change]:
    """Return the changes between the old values stored in an email and the event as it is now.

    Fields that have their old value again are left out.
    """
    changes = [
        Change(label, _text(name, before[name]), _text(name, getattr(event, name)))
        for name, label in LABELS.items()
        if name in before
    ]
    return [change for change in changes if change.was != change.now]


def _text(name: str, value: Any) -> str:
    if name not in TIMES:
        return one_line(value)
    if value is None:
        return "to be announced"
    return time_text(datetime.fromisoformat(value) if isinstance(value, str) else value)
