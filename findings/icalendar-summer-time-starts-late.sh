#!/usr/bin/env bash
# The VTIMEZONE that icalendar writes lets summer time begin an hour late; a reader that follows the RFC is an hour off.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "icalendar==7.3.0" "tzdata==2026.6"

timeout 30 venv/bin/python - <<'E'
import sys
import zoneinfo

zoneinfo.reset_tzpath(to=())
from datetime import UTC, date, datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from icalendar import Timezone

print(f"version: icalendar {version('icalendar')}, tzdata {version('tzdata')}")
print("believed: Timezone.from_tzid (and add_missing_timezones) describe a zone as RFC 5545, 3.6.5 does: DTSTART of an")
print("          observance is what the clock shows before the change; the RFC's example for New York in 2007 is 02:00.")
print("happens: for summer time it is what the clock shows after the change, so it begins an hour late. icalendar itself,")
print("         reading the description under a name of its own, is an hour off during that hour.")

wrong = []
for place, day in (("Europe/Berlin", "20270328"), ("America/New_York", "20270314"), ("Australia/Sydney", "20271003")):
    text = Timezone.from_tzid(place, first_date=date(2027, 1, 1), last_date=date(2028, 1, 1)).to_ical().decode()
    (line,) = [line for line in text.split("\r\n") if line.startswith(("DTSTART", "RDATE")) and day in line]
    print(f"{place}: the clocks go from 02:00 to 03:00; written: {line}")
    wrong.append(line.endswith("T030000"))

instant = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
text = Timezone.from_tzid("Europe/Berlin", first_date=date(2027, 1, 1), last_date=date(2028, 1, 1)).to_ical().decode()
read = instant.astimezone(Timezone.from_ical(text.replace("Europe/Berlin", "Hall in Berlin")).to_tz())
right = instant.astimezone(ZoneInfo("Europe/Berlin"))
print(f"{instant:%H:%M} UTC on that day is {right:%H:%M} in Berlin; read from the description: {read:%H:%M}")
sys.exit("This behaviour has changed." if wrong != [True] * 3 or read.hour == right.hour else 0)
E
