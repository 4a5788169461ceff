"""The zone in a calendar file, as another library reads it, which knows only what is in the file."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from dateutil import tz  # type: ignore[import-untyped]
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from events.calendar.zone import calendar_time, zone_description
from events.models import Event
from events.zones import zone_names


def offset_read_by_dateutil(zone: str, instant: datetime) -> timedelta | None:
    text = zone_description(zone, instant).to_ical().decode().replace("\r\n", "\n")
    reader = tz.tzical(io.StringIO(text)).get()
    assert reader is not None
    return calendar_time(instant, zone).replace(tzinfo=reader).utcoffset()


@given(
    instant=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2036, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(sorted(zone_names() - {"UTC"})),
)
def test_another_reader_finds_the_same_offset(instant: datetime, zone: str) -> None:
    shown = calendar_time(instant, zone)
    if shown.tzinfo is not UTC:
        assert offset_read_by_dateutil(zone, instant) == shown.utcoffset()


def test_summer_time_begins_when_the_clock_still_shows_winter_time() -> None:
    text = zone_description("Europe/Berlin", datetime(2027, 5, 1, tzinfo=UTC)).to_ical().decode()
    assert "DTSTART:20270328T020000\r\nTZNAME:CEST\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200" in text
    assert "DTSTART:20271031T030000\r\nTZNAME:CET\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100" in text


@pytest.mark.django_db
def test_the_file_of_an_event_has_local_times_and_their_zone(new_event: Callable[..., Event], client: Client) -> None:
    event = new_event(
        starts_at=datetime(2027, 5, 1, 17, 30, tzinfo=UTC),
        ends_at=datetime(2027, 5, 1, 20, 0, tzinfo=UTC),
        time_zone="Europe/Berlin",
    )
    content = client.get(f"/api/event/{event.pk}/calendar.ics").content
    text = content.decode()
    assert "DTSTART;TZID=Europe/Berlin:20270501T193000\r\n" in text
    assert "DTEND;TZID=Europe/Berlin:20270501T220000\r\n" in text
    assert text.count("BEGIN:VTIMEZONE") == 1 and "TZID:Europe/Berlin\r\n" in text
    assert "DTSTART:20270328T020000\r\n" in text and "DTSTART:20271031T030000\r\n" in text
    entry = Calendar.from_ical(content).walk("VEVENT")[0]
    assert entry.decoded("dtstart") == event.starts_at


@pytest.mark.django_db
def test_a_start_that_comes_twice_on_the_clock_is_written_in_utc(
    new_event: Callable[..., Event], client: Client
) -> None:
    event = new_event(starts_at=datetime(2027, 10, 31, 1, 30, tzinfo=UTC), time_zone="Europe/Berlin")
    text = client.get(f"/api/event/{event.pk}/calendar.ics").content.decode()
    assert "DTSTART:20271031T013000Z\r\n" in text
    assert "VTIMEZONE" not in text
