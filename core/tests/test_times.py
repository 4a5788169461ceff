"""Dates and times as people read them. `e2e/tests/test_formats.py` compares them with the browser's."""

from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.formats import localize

from core.text.times import FORMS, Form, range_text, time_text

WHEN = datetime(2027, 5, 1, 17, 5, 9, tzinfo=UTC)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("date-time", "Sat 1 May 2027, 19:05 UTC+2"),
        ("date-time-seconds", "Sat 1 May 2027, 19:05:09 UTC+2"),
        ("date-clock", "Sat 1 May 2027, 19:05"),
        ("date", "Sat 1 May 2027"),
        ("time", "19:05 UTC+2"),
        ("time-seconds", "19:05:09 UTC+2"),
        ("clock", "19:05"),
        ("clock-seconds", "19:05:09"),
        ("weekday-time", "Sat, 19:05 UTC+2"),
        ("day", "1"),
        ("month", "May 2027"),
    ],
)
def test_a_time_is_written_in_its_zone(form: Form, text: str) -> None:
    assert time_text(WHEN, form, BERLIN) == text


def test_the_type_names_every_form() -> None:
    assert get_args(Form) == tuple(FORMS)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "Sat 1 May 2027, 17:05 UTC"),
        ("Africa/Abidjan", "Sat 1 May 2027, 17:05 UTC"),
        ("America/New_York", "Sat 1 May 2027, 13:05 UTC-4"),
        ("America/St_Johns", "Sat 1 May 2027, 14:35 UTC-2:30"),
        ("Asia/Kolkata", "Sat 1 May 2027, 22:35 UTC+5:30"),
        ("Pacific/Chatham", "Sun 2 May 2027, 05:50 UTC+12:45"),
    ],
)
def test_the_zone_is_the_distance_to_utc(zone: str, text: str) -> None:
    assert time_text(WHEN, zone=ZoneInfo(zone)) == text


def test_the_zone_of_the_value_does_not_matter() -> None:
    assert time_text(WHEN.astimezone(NEW_YORK)) == time_text(WHEN) == "Sat 1 May 2027, 17:05 UTC"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2027-05-01 17:00", "2027-05-01 20:00", "Sat 1 May 2027, 19:00–22:00 UTC+2"),
        ("2027-05-01 20:00", "2027-05-02 02:00", "Sat 1 May 2027, 22:00 – Sun 2 May 2027, 04:00 UTC+2"),
        # At 3:00 (UTC+2) on 31 October it is 2:00 (UTC+1) again, and 2:30 comes twice.
        ("2027-10-31 00:30", "2027-10-31 01:30", "Sun 31 Oct 2027, 02:30 UTC+2 – 02:30 UTC+1"),
        ("2027-10-30 20:00", "2027-10-31 05:00", "Sat 30 Oct 2027, 22:00 UTC+2 – Sun 31 Oct 2027, 06:00 UTC+1"),
        # At 2:00 (UTC+1) on 28 March it is 3:00 (UTC+2).
        ("2027-03-28 00:30", "2027-03-28 01:30", "Sun 28 Mar 2027, 01:30 UTC+1 – 03:30 UTC+2"),
    ],
)
def test_a_range_names_date_and_zone_once_unless_they_change(start: str, end: str, text: str) -> None:
    begins, ends = (datetime.fromisoformat(f"{moment}Z") for moment in (start, end))
    assert range_text(begins, ends, BERLIN) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "{% time when %}",
            '<time datetime="2027-05-01T17:05:09+00:00" data-format="date-time">Sat 1 May 2027, 17:05 UTC</time>',
        ),
        ('{% time when "day" %}', '<time datetime="2027-05-01T17:05:09+00:00" data-format="day">1</time>'),
        (
            "{% time_range when end %}",
            '<time datetime="2027-05-01T17:05:09+00:00" data-until="2027-05-01T19:00:00+00:00">'
            "Sat 1 May 2027, 17:05–19:00 UTC</time>",
        ),
        (
            "{% time_range when None %}",
            '<time datetime="2027-05-01T17:05:09+00:00" data-format="date-time">Sat 1 May 2027, 17:05 UTC</time>',
        ),
        ('{% time_text when "date" %}', "Sat 1 May 2027"),
        ('{% time_text when "time" zone %}', "19:05 UTC+2"),
        (
            "{% time when zone=zone %}",
            '<time datetime="2027-05-01T19:05:09+02:00" data-format="date-time" data-zone="Europe/Berlin">'
            "Sat 1 May 2027, 19:05 UTC+2</time>",
        ),
        (
            "{% time_range when end zone %}",
            '<time datetime="2027-05-01T19:05:09+02:00" data-until="2027-05-01T21:00:00+02:00" '
            'data-zone="Europe/Berlin">Sat 1 May 2027, 19:05–21:00 UTC+2</time>',
        ),
        ("{% money 4500 'CHF' %}, {% price 0 'CHF' %}", "CHF\xa045.00, Free"),
    ],
)
def test_templates_write_the_same(template: str, text: str) -> None:
    end = datetime(2027, 5, 1, 19, tzinfo=UTC)
    assert (
        Template(f"{{% load formats %}}{template}").render(Context({"when": WHEN, "end": end, "zone": BERLIN})) == text
    )


def test_django_writes_times_in_the_same_way() -> None:
    """The lists and read-only fields of the admin."""
    assert localize(WHEN) == time_text(WHEN)
    assert localize(WHEN.date()) == time_text(WHEN, "date")
    assert localize(WHEN.time()) == time_text(WHEN, "clock")
