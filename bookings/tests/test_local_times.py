"""One time on all that people and programs get: on days with a clock change, and in zones whose rules changed."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from dateutil import tz  # type: ignore[import-untyped]
from icalendar import Calendar
from rest_framework.test import APIClient

from accounts.models import User
from bookings.emails.compose import compose
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.tickets.tests.pdf_text import pages_of
from events.models import Event
from events.zones import wall_clock

ClientOf = Callable[[User | None], APIClient]
# The zone, the instant in UTC, and what the clock at the venue shows then: for people, and with its offset.
SHOWS = [
    # 02:30 comes twice that night.
    ("Europe/Berlin", "2027-10-31T00:30", "Sun 31 Oct 2027, 02:30 UTC+2", "2027-10-31T02:30:00+02:00"),
    ("Europe/Berlin", "2027-10-31T01:30", "Sun 31 Oct 2027, 02:30 UTC+1", "2027-10-31T02:30:00+01:00"),
    # It comes once, after the hour that comes twice.
    ("America/New_York", "2027-11-07T07:30", "Sun 7 Nov 2027, 02:30 UTC-5", "2027-11-07T02:30:00-05:00"),
    # It comes once, in the first hour of summer time.
    ("Europe/Lisbon", "2027-03-28T01:30", "Sun 28 Mar 2027, 02:30 UTC+1", "2027-03-28T02:30:00+01:00"),
    # The clocks go forward by half an hour at 2:00.
    ("Australia/Lord_Howe", "2027-10-02T15:30", "Sun 3 Oct 2027, 02:30 UTC+11", "2027-10-03T02:30:00+11:00"),
    # During Ramadan the clocks in Morocco went back by an hour; since September 2026 they don't change any more.
    ("Africa/Casablanca", "2026-03-01T21:00", "Sun 1 Mar 2026, 21:00 UTC", "2026-03-01T21:00:00+00:00"),
    ("Africa/Casablanca", "2026-04-10T20:00", "Fri 10 Apr 2026, 21:00 UTC+1", "2026-04-10T21:00:00+01:00"),
    ("Africa/Casablanca", "2027-02-20T21:00", "Sat 20 Feb 2027, 21:00 UTC", "2027-02-20T21:00:00+00:00"),
    ("Africa/Casablanca", "2027-06-19T21:00", "Sat 19 Jun 2027, 21:00 UTC", "2027-06-19T21:00:00+00:00"),
    # Since 2026 summer time stays all year.
    ("America/Vancouver", "2027-01-20T02:30", "Tue 19 Jan 2027, 19:30 UTC-7", "2027-01-19T19:30:00-07:00"),
    ("America/Edmonton", "2027-01-20T02:30", "Tue 19 Jan 2027, 20:30 UTC-6", "2027-01-19T20:30:00-06:00"),
]


@pytest.fixture(params=SHOWS, ids=[f"{zone} {instant}" for zone, instant, *_ in SHOWS])
def show(
    request: pytest.FixtureRequest, concert: Event, paid_booking: Callable[..., Booking], alice: User
) -> tuple[Booking, datetime, str, str]:
    """A paid booking for a show, its instant, and the two texts of it."""
    zone, instant, text, local = request.param
    starts_at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    booking = paid_booking(alice, "1-1")
    wall = {"starts_at": starts_at, "starts_at_local": wall_clock(starts_at, zone), "time_zone": zone}
    Event.objects.filter(pk=concert.pk).update(**wall)
    return booking, starts_at, text, local


def test_everything_tells_the_time_that_the_clock_at_the_venue_shows(
    show: tuple[Booking, datetime, str, str], client_of: ClientOf, alice: User
) -> None:
    booking, starts_at, text, local = show
    api = client_of(alice)
    body = api.get(f"/api/event/{booking.event_id}").json()
    assert datetime.fromisoformat(body["starts_at"]) == starts_at and body["starts_at"].endswith("Z")
    assert body["starts_at_local"] == local
    assert text in pages_of(api.get(f"/api/booking/{booking.pk}/tickets.pdf").content)[0].split("\n")
    assert f">{text}</time>" in api.get(f"/events/{booking.event_id}", follow=True).content.decode()
    assert f">{text}</time>" in api.get(f"/checkout/{booking.pk}/done").content.decode()
    mail = compose(EmailMessage.objects.get(booking=booking, kind="confirmation"))
    assert mail is not None
    ((html, _),) = mail.alternatives
    assert f"\n{text}\n" in str(mail.body) and f">{text}<" in str(html)
    attachments: list[Any] = mail.attachments
    download = api.get(f"/api/booking/{booking.pk}/calendar.ics").content.decode()
    for calendar in (attachments[-1].content, download):
        assert start_in(calendar) == starts_at


def start_in(calendar: str) -> datetime:
    """Return the start in a calendar file, as a reader understands it that knows only the zones in the file."""
    [entry] = Calendar.from_ical(calendar).walk("VEVENT")
    start: datetime = entry.decoded("dtstart")
    if "TZID" not in entry["dtstart"].params:
        return start
    zone = tz.tzical(io.StringIO(calendar.replace("\r\n", "\n"))).get(entry["dtstart"].params["TZID"])
    return start.replace(tzinfo=zone)
