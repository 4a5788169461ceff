"""Counts, times and lists of names as they appear in sentences for sellers."""

from datetime import UTC, datetime

from django.utils.formats import date_format


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 seat", "1,200 seats". `many` is needed where the plural isn't `one` + "s"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def format_utc(when: datetime) -> str:
    """Return a time in UTC, as in "1 May 2030, 20:00 UTC"."""
    return f"{date_format(when.astimezone(UTC), 'j F Y, H:i')} UTC"


def join_names(names: list[str], limit: int = 20, separator: str = ", ") -> str:
    """Return the first `limit` names, separated, and how many more there are: "A, B and 3 more"."""
    more = len(names) - limit
    return separator.join(names[:limit]) + (f" and {more:,} more" if more > 0 else "")
