"""The times of an event as the clock at its venue shows them, stored beside the instants.

Sellers mean the clock on the wall: "half past seven". The instant follows from it by the zone's rules, and when a
government changes the rules, the wall clock stays and the instant moves (`manage.py recheck_times`).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import models

from core.text.times import Form, time_text
from events.zones import wall_clock


class WallClockField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """A date and a time without a zone. Django's DateTimeField can't be one while the project uses zones."""

    def db_type(self, connection: Any) -> str:
        """Return the type of the column."""
        return "timestamp without time zone"

    def value_to_string(self, obj: models.Model) -> str:
        """Return the value for a serialized row."""
        value = self.value_from_object(obj)
        return value.isoformat() if value is not None else ""

    def to_python(self, value: Any) -> Any:
        """Return the value of a serialized row."""
        return datetime.fromisoformat(value) if isinstance(value, str) and value else value or None


def clock_text(event: Any, moment: datetime, form: Form = "date-time") -> str:
    """Write a time for people as the clock at the event's venue shows it."""
    return time_text(moment, form, event.zone)


def local_name(name: str) -> str:
    """Return the column with the wall clock of an instant: "starts_at_local" of "starts_at"."""
    return f"{name}_local"


def set_wall_clocks(event: Any, names: Collection[str]) -> None:
    """Set the wall clocks of these instants of an event, by its zone. The caller saves the event."""
    for name in names:
        instant = getattr(event, name)
        setattr(event, local_name(name), instant and wall_clock(instant, event.time_zone))
