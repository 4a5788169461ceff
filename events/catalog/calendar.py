"""Calendar files (RFC 5545) of events, to download and for emails (RFC 5546)."""

import re
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, vCalAddress
from icalendar import Event as Entry

from core.errors import NotFound
from core.mail import sender_address
from events.catalog.calendar_zone import calendar_time, zone_description
from events.models import Event
from events.organiser import organiser_of
from events.states import EventStatus

PRODUCT = "-//Ticketing//Events//EN"
CONTROL_CHARACTERS = re.compile(r"[^\S\n]*[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+[^\S\n]*")


class Method(StrEnum):
    """What the reader of an emailed calendar file shall do with its entry."""

    PUBLISH = "PUBLISH"  # add it, or update the one with the same UID
    CANCEL = "CANCEL"  # take it out


class NoDate(NotFound):
    """The event has no start yet, so there is no calendar entry."""

    code, title = "no_date", "No date yet"
    detail = "This event exists, but its date is still to be announced, so there is no calendar entry yet."


def calendar_file(event: Event, *, url: str) -> bytes:
    """Return a calendar file with one entry for the event; `url` is the event's page.

    The UID is always the same for an event, so opening the file again updates the entry instead of adding a second one.
    Raises NoDate if the event has no start.
    """
    if event.starts_at is None:
        raise NoDate
    return _file(_entry(event, url))


def calendar_message(event: Event, *, url: str, method: Method) -> bytes:
    """Return the calendar file for an email; the event must be loaded with its seller.

    Its UID is that of `calendar_file`. Of two messages about an event, the one with the higher SEQUENCE is valid, and a
    CANCEL is always above the messages before it. Raises NoDate if there is no start to publish; a CANCEL needs none,
    so that the entry of an event that has lost its date can be taken out.
    """
    if event.starts_at is None and method == Method.PUBLISH:
        raise NoDate
    entry = _entry(event, url)
    organiser = vCalAddress(f"mailto:{sender_address()}")  # mail programs compare it with the sender
    organiser.params["CN"] = _one_line(organiser_of(event).name)
    entry.add("organizer", organiser)
    if method == Method.CANCEL:
        entry["status"], entry["sequence"] = "CANCELLED", _sequence(event) + 1
    return _file(entry, method)


def _file(entry: Entry, method: Method | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if method is not None:
        calendar.add("method", method.value)
    times = [entry.decoded(name) for name in ("dtstart", "dtend") if name in entry]
    zones = {time.tzinfo.key: time for time in times if isinstance(time.tzinfo, ZoneInfo)}
    for zone, time in zones.items():
        calendar.add_component(zone_description(zone, time))
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _sequence(event: Event) -> int:
    """Return a number that rises with each change of the event, in seconds since its creation."""
    return int(event.updated_at.timestamp() - event.created_at.timestamp())


def _entry(event: Event, url: str) -> Entry:
    entry = Entry()
    entry.add("uid", f"event-{event.pk}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("sequence", _sequence(event))
    if event.starts_at is not None:
        entry.add("dtstart", calendar_time(event.starts_at, event.time_zone))
    if event.ends_at is not None:
        entry.add("dtend", calendar_time(event.ends_at, event.time_zone))
    entry.add("summary", _one_line(event.name))
    entry.add("location", _one_line(event.venue_name))
    entry.add("description", _text(event.description))
    entry.add("url", url)
    entry.add("status", "CANCELLED" if event.status == EventStatus.CANCELLED else "CONFIRMED")
    return entry


def _one_line(text: str) -> str:
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """Replace control characters, which the format can't represent, by spaces; keep line feeds.

    The library escapes line feeds.
    """
    return CONTROL_CHARACTERS.sub(" ", text.replace("\r\n", "\n"))
