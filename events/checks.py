"""A system check: Python and the database agree about the rules of time zones."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from django.core.checks import CheckMessage, Warning
from django.db import connection

STEP = timedelta(days=7)  # shorter than any change of rules lasts, such as Ramadan in Morocco
AHEAD = timedelta(days=3 * 365)
OFFSETS = """
    SELECT at, extract(epoch FROM (at AT TIME ZONE %s) - (at AT TIME ZONE 'UTC'))::integer
    FROM unnest(%s::timestamptz[]) AS moments (at)
"""
KNOWN = "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = %s)"
USED = "SELECT DISTINCT time_zone FROM events_event UNION SELECT time_zone FROM events_venue"


def check_zone_rules(databases: Collection[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Warn (events.W001) about zones in use of which the database has other rules than the package tzdata.

    The product computes with the package; only queries that convert times in the database would be wrong.
    """
    if not databases or "events_venue" not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        cursor.execute(USED)
        used = [name for (name,) in cursor.fetchall()]
    differing = [name for name in sorted(used) if differs(name)]
    if not differing:
        return []
    text = f"The database has other rules than tzdata {version('tzdata')} for {', '.join(differing)}."
    hint = "Update the database server's time zone data. Times in pages, emails and tickets are right meanwhile."
    return [Warning(text, hint=hint, id="events.W001")]


def differs(name: str) -> bool:
    """Return whether the database has other rules for a zone in the next years, or doesn't know it."""
    now = datetime.now(UTC)
    moments = [now + STEP * n for n in range(AHEAD // STEP)]
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [name])
        if not cursor.fetchone()[0]:
            return True
        cursor.execute(OFFSETS, [name, moments])
        offsets = cursor.fetchall()
    zone = ZoneInfo(name)
    return any(at.astimezone(zone).utcoffset() != timedelta(seconds=seconds) for at, seconds in offsets)
