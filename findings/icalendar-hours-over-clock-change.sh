#!/usr/bin/env bash
# iCalendar readers add DURATION to the clock on the wall (icalendar, ical, ical.js) or to the instant (node-ical), never
# days to the one and hours to the other as RFC 5545 (3.3.6) has it: a night event ends an hour apart.
set -euo pipefail
export LC_ALL=C

folder=$(mktemp -d)
trap 'cd /; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 60 venv/bin/pip install -q --disable-pip-version-check "icalendar==7.3.0" "ical==14.3.1" "tzdata==2026.6" &
echo '{"private": true}' >package.json
timeout 60 npm install --silent --no-audit --no-fund ical.js@2.2.1 node-ical@0.26.1 >/dev/null
wait $!

cat >write.py <<'E'
"""Four valid files: a night at each change of the clocks, six hours long and one day long."""

import itertools

ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE"""

for start, duration in itertools.product(("20261024T230000", "20270327T230000"), ("PT6H", "P1D")):
    event = f"""BEGIN:VEVENT
UID:night@example.com
DTSTAMP:20260901T120000Z
DTSTART;TZID=Europe/Berlin:{start}
DURATION:{duration}
SUMMARY:Club night
END:VEVENT"""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Nights//EN", ZONE, event, "END:VCALENDAR", ""]
    with open(f"{start}-{duration}.ics", "w", newline="") as file:
        file.write("\n".join(lines).replace("\n", "\r\n"))
E
cat >read.py <<'E'
import glob
from datetime import timezone
from importlib.metadata import version

from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

for name in sorted(glob.glob("*.ics")):
    with open(name, newline="") as file:
        text = file.read()
    ends = {
        "icalendar": Calendar.from_ical(text).events[0].end,
        "ical": IcsCalendarStream.calendar_from_ics(text).events[0].end,
    }
    for library, end in ends.items():
        print(name[:-4], f"{library}-{version(library)}", end.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%MZ"))
E
cat >read.mjs <<'E'
import fs from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const version = (name) => JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
const line = (file, name, end) => console.log(file, `${name}-${version(name)}`, end.toISOString().slice(0, 16) + "Z");
for (const name of fs.readdirSync(".").filter((name) => name.endsWith(".ics")).sort()) {
  const text = fs.readFileSync(name, "utf8");
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
  ICAL.TimezoneService.register(zone, zone.tzid);
  line(name.slice(0, -4), "ical.js", new ICAL.Event(calendar.getFirstSubcomponent("vevent")).endDate.toJSDate());
  const event = Object.values(nodeIcal.sync.parseICS(text)).find((part) => part.type === "VEVENT");
  line(name.slice(0, -4), "node-ical", event.end);
}
E
venv/bin/python write.py
(timeout 20 venv/bin/python read.py && timeout 20 node read.mjs) | sort -s -k1,1 >ends

# By RFC 5545: six hours are six hours on a stopwatch, one day is the same time on the next day's clock.
cat >standard <<'E'
20261024T230000-P1D 2026-10-25T22:00Z
20261024T230000-PT6H 2026-10-25T03:00Z
20270327T230000-P1D 2027-03-28T21:00Z
20270327T230000-PT6H 2027-03-28T04:00Z
E
join standard ends | awk '{ printf "%-20s %-16s %s  %s\n", $1, $3, $4, ($2 == $4 ? "as the RFC" : "RFC: " $2) }' >compared

echo "version: $(awk '{ print $2 }' ends | sort -u | tr '\n' ' ')"
echo "believed: DTSTART and DURATION give one end, the same in every reader."
echo "happens: readers differ by an hour in the nights in which clocks change. Those that are right about hours are wrong"
echo "         about days, and the other way round."
cat compared

counted=$(awk '{ right[substr($1, 17) " " $2] += /as the RFC/ } END { for (key in right) print key, right[key] }' compared | sort)
expected="P1D ical-14.3.1 2
P1D ical.js-2.2.1 2
P1D icalendar-7.3.0 2
P1D node-ical-0.26.1 0
PT6H ical-14.3.1 0
PT6H ical.js-2.2.1 0
PT6H icalendar-7.3.0 0
PT6H node-ical-0.26.1 2"
if [ "$counted" != "$(sort <<<"$expected")" ]; then
    echo "This behaviour has changed." >&2
    exit 1
fi
