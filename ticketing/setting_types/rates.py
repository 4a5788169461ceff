"""Parse rates in settings, such as "10/min" or "3/2second". Doesn't import Django, because the settings import it."""

import re

NOTATION = re.compile(r"(\d+) */ *(\d*) *(s|sec|second|m|min|minute|h|hour|d|day)s?")
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}  # by the first letter

Rate = tuple[int, int]  # the maximum number of calls, and the period in seconds


def read_rate(name: str, text: str) -> Rate | None:
    """Return the rate in `text`, the value of the setting `name`; None (no limit) if it is empty. Raises ValueError."""
    if not text.strip():
        return None
    match = NOTATION.fullmatch(text.strip().lower())
    if match is None or not int(match[1]) or not int(match[2] or 1):
        raise ValueError(f'{name} must be a rate such as "10/min", or empty for no limit; it is "{text}".')
    return int(match[1]), int(match[2] or 1) * SECONDS[match[3][0]]
