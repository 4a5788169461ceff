"""Calendar files (RFC 5545) of events."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar
from icalendar import Event as Entry

from core.errors import NotFound
from events.models import Event
from events.states import EventStatus

PRODUCT = "-//Ticketing//Events//EN"
CONTROL_CHARACTERS = re.compile(r"[^\S\n]*[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+[^\S\n]*")


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
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(_entry(event, url))
    return bytes(calendar.to_ical())


def _entry(event: Event, url: str) -> Entry:
    entry = Entry()
    entry.add("uid", f"event-{event.pk}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("sequence", int(event.updated_at.timestamp() - event.created_at.timestamp()))
    entry.add("dtstart", event.starts_at)
    if event.ends_at is not None:
        entry.add("dtend", event.ends_at)
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
