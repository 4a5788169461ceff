"""Times with a zone in calendar files, and the description of the zone that belongs to them (RFC 5545, 3.6.5).

The package icalendar can describe a zone too, but writes the beginning of summer time an hour late (findings/), so that
strict readers show times on that day wrongly.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from events.zones import instants_of, wall_clock

AROUND = timedelta(days=370)  # before the first and after the last time of the file; what repeats each year is in it


def calendar_time(instant: datetime, zone: str) -> datetime:
    """Return the time as a calendar file shall say it: by the clock at the venue, or in UTC if that clock is ambiguous.

    A calendar file can't say which of two times on a night with a change is meant.
    """
    if zone == "UTC" or len(instants_of(wall_clock(instant, zone), zone)) > 1:
        return instant.astimezone(UTC)
    return instant.astimezone(ZoneInfo(zone))


def zone_description(zone: str, instant: datetime) -> Timezone:
    """Return the rules of a zone for about a year before and after an instant."""
    place = ZoneInfo(zone)
    middle = instant.astimezone(UTC)  # times of one zone are subtracted by the clock on the wall
    first, last = middle - AROUND, middle + AROUND
    description = Timezone()
    description.add("tzid", zone)
    description.add_component(_observance(first.astimezone(place), first.astimezone(place)))
    for change in _changes(place, first, last):
        before = (change - timedelta(seconds=1)).astimezone(place)
        description.add_component(_observance(before, change.astimezone(place)))
    return description


def _observance(before: datetime, after: datetime) -> TimezoneStandard | TimezoneDaylight:
    """Return what is valid from `after` on. Its start is written as the clock showed it before the change."""
    part = TimezoneDaylight() if after.dst() else TimezoneStandard()
    offset = before.utcoffset()
    assert offset is not None  # noqa: S101  (of a time with a zone)
    part.add("dtstart", (after.astimezone(UTC) + offset).replace(tzinfo=None, microsecond=0))
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", after.utcoffset())
    part.add("tzname", after.tzname())
    return part


def _changes(place: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the instants between `first` and `last` at which the offset changes. No zone changes twice within a day."""
    day = first
    while day < last:
        next_day = day + timedelta(days=1)
        if day.astimezone(place).utcoffset() != next_day.astimezone(place).utcoffset():
            yield _change(place, day, next_day)
        day = next_day


def _change(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second with the offset of `after`, by halving the time since `before`."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(place).utcoffset() == after.astimezone(place).utcoffset():
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
