#!/usr/bin/env bash
# icalendar keeps the first definition of a zone's name: a later file that defines the name otherwise is hours off.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "icalendar==7.3.0" "tzdata==2026.6"

timeout 30 venv/bin/python - <<'E'
import sys
from datetime import timedelta
from importlib.metadata import version

from icalendar import Calendar

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//example//EN
BEGIN:VTIMEZONE
TZID:Local time
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
TZNAME:LT
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTAMP:20270101T000000Z
DTSTART;TZID=Local time:20270501T193000
END:VEVENT
END:VCALENDAR
"""

print(f"version: icalendar {version('icalendar')}, tzdata {version('tzdata')}")
print("believed: a TZID means what the VTIMEZONE of its own file says (RFC 5545, 3.2.19); files are read independently.")
print("happens: the first definition of a name stays for the whole process. A second calendar with the same name and")
print("         other rules gets the offset of the first, without an error.")


def read(offset: str) -> timedelta | None:
    calendar = Calendar.from_ical(FILE.format(offset=offset).replace("\n", "\r\n"))
    start = calendar.walk("VEVENT")[0]["DTSTART"].dt
    print(f"a file that says {offset} for “Local time”: {start.isoformat()}")
    return start.utcoffset()


found = [read("-0500"), read("+1000")]
sys.exit("This behaviour has changed." if found != [timedelta(hours=-5), timedelta(hours=-5)] else 0)
E
