"""Amounts, dates and times are written in one place on the server and one in the browser."""

import re
from pathlib import Path

from django.conf import settings

OWN = ("accounts", "bookings", "core", "events", "realtime", "ticketing")
# How else a script, a template or a module could write them.
IN_SCRIPTS = re.compile(r"\bIntl\.|\.toLocale\w*String\(|navigator\.language")
IN_TEMPLATES = re.compile(r"\|\s*(date|time|timesince|timeuntil|naturaltime|naturalday|floatformat)\b")
IN_MODULES = re.compile(r"\{[^{}]*:%[^{}]*\}|\bstrftime\(|\bdate_format\(|\bformat_(currency|datetime|date|time)\(")
PLACES = {
    "ticketing/static/ticketing/format.js",
    "core/money/amounts.py",
    "core/text/times.py",
    "bookings/waiting_room/models.py",  # a __str__, for developers
}


def other_places(suffixes: tuple[str, ...], pattern: re.Pattern[str]) -> list[str]:
    """Return the lines that match, as path:line, outside of tests, PLACES and other people's code."""
    found = []
    for path in sorted(path for package in OWN for path in (settings.BASE_DIR / package).rglob("*")):
        name = str(path.relative_to(settings.BASE_DIR))
        if path.suffix not in suffixes or name in PLACES or {"tests", "vendor", "__pycache__"} & set(Path(name).parts):
            continue
        lines = enumerate(path.read_text().splitlines(), start=1)
        found += [f"{name}:{number}: {line.strip()}" for number, line in lines if pattern.search(line)]
    return found


def test_scripts_format_with_format_js() -> None:
    assert other_places((".js",), IN_SCRIPTS) == []


def test_templates_format_with_the_tags_of_formats() -> None:
    assert other_places((".html", ".txt"), IN_TEMPLATES) == []


def test_modules_format_with_amounts_and_times() -> None:
    assert other_places((".py",), IN_MODULES) == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert IN_SCRIPTS.search("new Date().toLocaleTimeString(undefined)")
    assert IN_TEMPLATES.search('{{ event.starts_at|date:"j M Y" }}')
    assert IN_MODULES.search('f"until {ends_at:%H:%M} UTC"')
    assert not IN_TEMPLATES.search("{{ event.starts_at|time_text }}")
