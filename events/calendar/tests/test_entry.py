"""Calendar files of events."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from rest_framework.test import APIClient

from accounts.models import User
from events.models import Event

STARTS = datetime(2027, 5, 1, 19, 30, tzinfo=UTC)
HOSTILE = 'Evil", \r\nATTENDEE:mailto:x@example.com\rX-A: 1; \\n \x00\u2028"Ümläut'


@pytest.fixture
def dated_event(new_event: Callable[..., Event]) -> Event:
    return new_event(starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))


def file_of(client: Client, event: Event) -> bytes:
    response = client.get(f"/api/event/{event.pk}/calendar.ics")
    assert response.status_code == 200
    return response.content


def entry_of(content: bytes) -> Any:
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    return entry


def test_anyone_can_download_the_calendar_file(client: Client, dated_event: Event) -> None:
    response = client.get(f"/api/event/{dated_event.pk}/calendar.ics")
    entry = entry_of(response.content)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="a-concert.ics"'
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (STARTS, STARTS + timedelta(hours=3))
    assert (entry["summary"], entry["location"], entry["description"]) == ("A concert", "The hall", "An evening.")
    assert entry["url"].endswith(f"/events/{dated_event.pk}")
    assert (entry["status"], entry["uid"].split("@")[0]) == ("CONFIRMED", f"event-{dated_event.pk}")
    assert entry.decoded("dtstamp") == dated_event.updated_at.replace(microsecond=0)


def test_the_uid_stays_the_same_when_the_event_moves(client: Client, dated_event: Event) -> None:
    before = entry_of(file_of(client, dated_event))
    Event.objects.filter(pk=dated_event.pk).update(
        starts_at=STARTS + timedelta(days=1), updated_at=dated_event.updated_at + timedelta(minutes=1)
    )
    after = entry_of(file_of(client, dated_event))
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]


def test_names_cannot_inject_lines_or_headers(client: Client, new_event: Callable[..., Event]) -> None:
    event = new_event(starts_at=STARTS, name="A concert", venue_name="A hall")
    Event.objects.filter(pk=event.pk).update(name=HOSTILE.replace("\x00", ""), venue_name=HOSTILE.replace("\x00", ""))
    response = client.get(f"/api/event/{event.pk}/calendar.ics")
    entry = entry_of(response.content)
    lines = response.content.replace(b"\r\n ", b"").split(b"\r\n")
    assert not [line for line in lines if line.startswith((b"ATTENDEE", b"X-A"))]
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    assert entry["summary"] == 'Evil", ATTENDEE:mailto:x@example.com X-A: 1; \\n "Ümläut'
    assert set(response["Content-Disposition"].removeprefix("attachment; ")) <= set(
        'filename=".icsabcdefghijklmnopqrstuvwxyz0123456789-_"'
    )


def test_a_name_without_latin_letters_gives_a_default_file_name(
    client: Client, new_event: Callable[..., Event]
) -> None:
    response = client.get(f"/api/event/{new_event(name='東京', starts_at=STARTS).pk}/calendar.ics")
    assert response["Content-Disposition"] == 'attachment; filename="event.ics"'


@pytest.mark.parametrize("accept", ["text/calendar", "image/png", "text/html", "*/*"])
def test_no_accept_header_is_refused(client: Client, dated_event: Event, accept: str) -> None:
    response = client.get(f"/api/event/{dated_event.pk}/calendar.ics", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")


def test_an_event_without_a_date_is_404_with_a_reason(client: Client, concert: Event) -> None:
    response = client.get(f"/api/event/{concert.pk}/calendar.ics", headers={"Accept": "text/calendar"})
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert (response.json()["code"], response.json()["title"]) == ("no_date", "No date yet")
    assert "still to be announced" in response.json()["detail"]
    assert client.get("/api/event/987654321/calendar.ics").json()["code"] == "not_found"


def test_only_the_seller_gets_the_calendar_file_of_a_draft(
    client: Client, carol: User, new_event: Callable[..., Event], client_of: Callable[[User | None], APIClient]
) -> None:
    draft = new_event(starts_at=STARTS, draft=True)
    path = f"/api/event/{draft.pk}/calendar.ics"
    assert client.get(path).status_code == 404
    assert client_of(carol).get(path).status_code == 200
    assert client.get("/api/event/987654321/calendar.ics").status_code == 404


def test_the_entry_of_a_cancelled_event_is_cancelled(client: Client, dated_event: Event) -> None:
    Event.objects.filter(pk=dated_event.pk).update(status="cancelled")
    assert entry_of(file_of(client, dated_event))["status"] == "CANCELLED"
