"""Numbers and times in sentences, for sellers."""

from datetime import UTC, datetime

from django.utils.formats import date_format


def counted(number: int, one: str, many: str = "") -> str:
    """How many of what: "1 seat", "1,200 seats"; `many` where it takes more than an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(when: datetime) -> str:
    """A time as people write it, in UTC: "1 May 2030, 20:00 UTC"."""
    return f"{date_format(when.astimezone(UTC), 'j F Y, H:i')} UTC"


def listed(names: list[str], most: int = 20, comma: str = ", ") -> str:
    """The names with commas; of more than `most` the first ones, and how many more there are."""
    more = len(names) - most
    return comma.join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
