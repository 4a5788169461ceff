"""Calendar files (RFC 5545) of events. `bookings.tickets.calendar` makes those of bookings."""

import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, vCalAddress
from icalendar import Event as Entry

from core.errors import NotFound
from core.mail import sender_address
from events.calendar.zone import calendar_time, zone_description
from events.models import Event
from events.organiser import organiser_of
from events.states import EventStatus

PRODUCT = "-//Ticketing//Events//EN"
CONTROL_CHARACTERS = re.compile(r"[^\S\n]*[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+[^\S\n]*")


class NoDate(NotFound):
    """The event has no start yet, so there is no calendar entry."""

    code, title = "no_date", "No date yet"
    detail = "This event exists, but its date is still to be announced, so there is no calendar entry yet."


def event_calendar(event: Event, *, url: str) -> bytes:
    """Return a calendar file with one entry for the event; `url` is the event's page.

    The UID is always the same for an event, so opening the file again updates the entry instead of adding a second one.
    Raises NoDate if the event has no start.
    """
    if event.starts_at is None:
        raise NoDate
    entry = new_entry(event, uid=f"event-{event.pk}", url=url)
    entry.add("location", place_of(event))
    entry.add("description", plain_text(event.description))
    return calendar_file(entry)


def calendar_file(entry: Entry, method: str = "") -> bytes:
    """Return a file with one entry; with a `method` (RFC 5546), mail programs act on it."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    times = [entry.decoded(name) for name in ("dtstart", "dtend") if name in entry]
    zones = {time.tzinfo.key: time for time in times if isinstance(time.tzinfo, ZoneInfo)}
    for zone, time in zones.items():
        calendar.add_component(zone_description(zone, time))
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def place_of(event: Event) -> str:
    """Return the place of an event as programs look it up on a map: its name and, if there is a venue, the address."""
    address = event.venue.address if event.venue else ""
    return ", ".join(one_line(part) for part in (event.venue_name, address) if part)


def new_entry(event: Event, *, uid: str, url: str) -> Entry:
    """Return an entry with the name, dates and status of the event, without place and description.

    `uid` is unique on this site. SEQUENCE rises with each change of the event.
    """
    entry = Entry()
    entry.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("sequence", _sequence(event))
    if event.starts_at is not None:
        entry.add("dtstart", calendar_time(event.starts_at, event.time_zone))
    if event.ends_at is not None:
        entry.add("dtend", calendar_time(event.ends_at, event.time_zone))
    entry.add("summary", one_line(event.name))
    entry.add("url", url)
    entry.add("status", "CANCELLED" if event.status == EventStatus.CANCELLED else "CONFIRMED")
    return entry


def add_organiser(entry: Entry, event: Event) -> None:
    """Add the organiser of an event, loaded with its seller; mail programs compare the address with the sender."""
    organiser = vCalAddress(f"mailto:{sender_address()}")
    organiser.params["CN"] = one_line(organiser_of(event).name)
    entry.add("organizer", organiser)


def cancel_entry(entry: Entry) -> None:
    """Mark an entry as cancelled, with a SEQUENCE above that of the same entry before and below any later change's."""
    entry["status"] = "CANCELLED"
    entry.sequence += 1


def one_line(text: str) -> str:
    """Put a user's text on one line."""
    return " ".join(plain_text(text).split())


def plain_text(text: str) -> str:
    """Replace control characters, which the format can't represent, by spaces; keep line feeds.

    The library escapes line feeds.
    """
    return CONTROL_CHARACTERS.sub(" ", text.replace("\r\n", "\n"))


def _sequence(event: Event) -> int:
    """Return an even number that rises with each change of the event, so that `cancel_entry` has the odd ones."""
    return 2 * int(event.updated_at.timestamp() - event.created_at.timestamp())
