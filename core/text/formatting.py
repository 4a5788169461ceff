"""Counts, lengths of time and lists of names as they appear in sentences."""


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 seat", "1,200 seats". `many` is needed where the plural isn't `one` + "s"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def join_names(names: list[str], limit: int = 20, separator: str = ", ") -> str:
    """Return the first `limit` names, separated, and how many more there are: "A, B and 3 more"."""
    more = len(names) - limit
    return separator.join(names[:limit]) + (f" and {more:,} more" if more > 0 else "")


def format_duration(seconds: int) -> str:
    """Return a length of time in its largest unit, rounded down: 259,200 is "3 days", 3,600 is "1 hour"."""
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            return pluralize(seconds // length, unit)
    return pluralize(seconds, "second")
