"""Write dates and times for people: "Sat 1 May 2027, 19:00 UTC+2".

`ticketing/static/ticketing/format.js` writes the same texts in the browser; a test compares both. What programs read
(the API, CSV, webhooks) has RFC 3339 instead.
"""

from datetime import UTC, datetime, tzinfo
from typing import Literal

from babel.dates import get_day_names, get_month_names

Form = Literal[
    "date-time", "date-time-seconds", "date-clock", "date", "time", "time-seconds", "clock", "clock-seconds",
    "weekday-time", "day", "month",
]  # fmt: skip

DATE, CLOCK, SECONDS = "{weekday} {t.day} {month} {t.year}", "{t:%H:%M}", "{t:%H:%M:%S}"
FORMS: dict[Form, str] = {
    "date-time": f"{DATE}, {CLOCK} {{zone}}",
    "date-time-seconds": f"{DATE}, {SECONDS} {{zone}}",
    "date-clock": f"{DATE}, {CLOCK}",
    "date": DATE,
    "time": f"{CLOCK} {{zone}}",
    "time-seconds": f"{SECONDS} {{zone}}",
    "clock": CLOCK,  # on a page in the reader's own zone, or where the text names the zone
    "clock-seconds": SECONDS,
    # The parts of a card in the list of events.
    "weekday-time": f"{{weekday}}, {CLOCK} {{zone}}",
    "day": "{t.day}",
    "month": "{month} {t.year}",
}
# Not strftime's, which depend on the locale of the process.
WEEKDAYS = get_day_names("abbreviated", locale="en")  # from 0, Monday
MONTHS = get_month_names("abbreviated", locale="en")  # from 1


def time_text(when: datetime, form: Form = "date-time", zone: tzinfo = UTC) -> str:
    """Write an aware time as it is in `zone`; `FORMS` has the forms."""
    local = when.astimezone(zone)
    names = {"weekday": WEEKDAYS[local.weekday()], "month": MONTHS[local.month], "zone": _zone_text(local)}
    return FORMS[form].format(t=local, **names)


def range_text(start: datetime, end: datetime, zone: tzinfo = UTC) -> str:
    """Write a range: "Sat 1 May 2027, 19:00–22:00 UTC+2". The date appears twice if it changes.

    So does the zone: on a night in which clocks are changed, the end has another one.
    """
    begins, ends = start.astimezone(zone), end.astimezone(zone)
    same_day, same_zone = begins.date() == ends.date(), begins.utcoffset() == ends.utcoffset()
    first = time_text(start, "date-clock" if same_zone else "date-time", zone)
    last = time_text(end, "time" if same_day else "date-time", zone)
    return f"{first}–{last}" if same_day and same_zone else f"{first} – {last}"


def _zone_text(local: datetime) -> str:
    """Write the distance to UTC: "UTC", "UTC+2", "UTC-3:30". Abbreviations such as CST or IST name several zones."""
    minutes = round((local.utcoffset() or local - local).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"
