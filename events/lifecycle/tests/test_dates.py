"""The dates of an event: contradictions are refused at their field, and slips are refused or can be corrected."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from core.clock import database_now
from core.errors import BadInput, InvalidState
from events.lifecycle.change import change_event
from events.lifecycle.complete import complete_ended_events
from events.lifecycle.create import create_event
from events.lifecycle.tests.test_create_event import body
from events.models import Event
from events.seating.configuration import read_seating

ClientOf = Callable[[User | None], APIClient]
NewEvent = Callable[..., Event]
YEAR = timedelta(days=365)

STARTS, ENDS = "2027-05-01T20:00:00Z", "2027-05-01T23:00:00Z"
LATER, BEFORE = "2027-05-02T20:00:00Z", "2027-05-01T19:00:00Z"
CONTRADICTIONS: list[tuple[dict[str, str], str]] = [
    ({"ends_at": ENDS}, "ends_at"),
    ({"starts_at": STARTS, "ends_at": STARTS}, "ends_at"),
    ({"starts_at": STARTS, "ends_at": BEFORE}, "ends_at"),
    ({"late_entry_until": ENDS}, "late_entry_until"),
    ({"starts_at": STARTS, "late_entry_until": STARTS}, "late_entry_until"),
    ({"starts_at": STARTS, "late_entry_until": BEFORE}, "late_entry_until"),
    ({"starts_at": STARTS, "ends_at": ENDS, "late_entry_until": LATER}, "late_entry_until"),
    ({"starts_at": STARTS, "late_entry_until": "2027-05-02T20:00:01Z"}, "late_entry_until"),  # over after a day
    ({"sales_start_at": STARTS, "sales_end_at": BEFORE}, "sales_end_at"),
    ({"starts_at": STARTS, "sales_start_at": STARTS}, "sales_start_at"),
    ({"starts_at": STARTS, "sales_start_at": LATER}, "sales_start_at"),
    ({"starts_at": STARTS, "ends_at": ENDS, "sales_start_at": LATER}, "sales_start_at"),
    ({"starts_at": STARTS, "late_entry_until": ENDS, "sales_start_at": ENDS}, "sales_start_at"),
    ({"starts_at": STARTS, "sales_end_at": ENDS}, "sales_end_at"),
    ({"starts_at": STARTS, "late_entry_until": ENDS, "sales_end_at": LATER}, "sales_end_at"),
    ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
    ({"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
    ({"sales_end_at": "9999-12-31T23:59:59Z"}, "sales_end_at"),
]
INCOMPLETE = [
    "2027-05-01",
    "2027-05-01T20:00:00",
    "2027-05-01 20:00",
    "2027-05-01Z",
    "2027-05-01T20Z",
    "20:00:00Z",
    "2027-W17-6T20:00:00Z",
    "20270501T200000Z",
    "1777000000",
    1777000000,
    "",
]


def fields_of(response: Any) -> list[str]:
    assert (response.status_code, response.json()["code"]) == (400, "validation_error"), response.content
    return [problem["field"] for problem in response.json()["errors"]]


# --- Contradictions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("dates", "field"), CONTRADICTIONS)
def test_contradictory_dates_are_refused_at_their_field(
    concert: Event, carol: User, client_of: ClientOf, dates: dict[str, str], field: str
) -> None:
    client = client_of(carol)
    assert fields_of(client.post("/api/event", body(**dates))) == [field]
    assert Event.objects.get() == concert
    assert fields_of(client.patch(f"/api/event/{concert.pk}", {"name": "x", **dates})) == [field]
    concert.refresh_from_db()
    assert (concert.name, concert.starts_at, concert.ends_at) == ("A concert", None, None)


@pytest.mark.parametrize("date", INCOMPLETE)
@pytest.mark.parametrize("field", ["starts_at", "ends_at", "sales_start_at", "sales_end_at", "late_entry_until"])
def test_a_date_needs_a_time_and_a_zone(
    concert: Event, carol: User, client_of: ClientOf, field: str, date: Any
) -> None:
    client = client_of(carol)
    assert fields_of(client.post("/api/event", body(**{field: date}))) == [field]
    assert fields_of(client.patch(f"/api/event/{concert.pk}", {field: date})) == [field]
    assert Event.objects.get() == concert


@pytest.mark.parametrize(
    "date", ["2027-05-01T18:00:00Z", "2027-05-01T20:00:00+02:00", "2027-05-01t20:00+02:00", "2027-05-01 18:00:00.000z"]
)
def test_dates_are_accepted_in_any_zone(carol: User, client_of: ClientOf, date: str) -> None:
    event = client_of(carol).post("/api/event", body(starts_at=date)).json()
    assert event["starts_at"] == event["sales_close_at"] == "2027-05-01T18:00:00Z"


def test_dates_that_agree_are_accepted(carol: User, client_of: ClientOf) -> None:
    dates = {"starts_at": STARTS, "ends_at": ENDS, "late_entry_until": ENDS, "sales_end_at": ENDS}
    event = client_of(carol).post("/api/event", body(**dates, sales_start_at=BEFORE)).json()
    assert {name: event[name] for name in dates} == dates
    assert event["sales_close_at"] == ENDS
    response = client_of(carol).patch(f"/api/event/{event['id']}", {"late_entry_until": None, "sales_end_at": None})
    assert response.json()["sales_close_at"] == STARTS


def test_taking_the_start_away_needs_the_end_to_go_too(carol: User, client_of: ClientOf, new_event: NewEvent) -> None:
    event = new_event(starts_at=datetime(2027, 5, 1, 20, tzinfo=UTC), ends_at=datetime(2027, 5, 1, 23, tzinfo=UTC))
    client = client_of(carol)
    assert fields_of(client.patch(f"/api/event/{event.pk}", {"starts_at": None})) == ["ends_at"]
    response = client.patch(f"/api/event/{event.pk}", {"starts_at": None, "ends_at": None})
    assert (response.status_code, response.json()["starts_at"]) == (200, None)


def test_every_contradiction_is_named_at_once(carol: User, client_of: ClientOf) -> None:
    dates = {"starts_at": STARTS, "ends_at": BEFORE, "sales_start_at": LATER, "late_entry_until": BEFORE}
    assert fields_of(client_of(carol).post("/api/event", body(**dates))) == [
        "ends_at", "late_entry_until", "sales_start_at",
    ]  # fmt: skip


def test_an_event_from_before_a_rule_can_still_be_changed(concert: Event, carol: User, client_of: ClientOf) -> None:
    Event.objects.update(ends_at="2027-05-01T23:00Z")
    client, url = client_of(carol), f"/api/event/{concert.pk}"
    assert client.patch(url, {"name": "New name", "ends_at": ENDS}).status_code == 200
    assert fields_of(client.patch(url, {"sales_end_at": BEFORE})) == ["ends_at"]
    assert client.patch(url, {"sales_end_at": BEFORE, "starts_at": STARTS}).status_code == 200


# --- Slips ------------------------------------------------------------------------------------------


@pytest.fixture
def in_a_month(new_event: NewEvent) -> Event:
    """An event in a month, of three hours."""
    starts_at = database_now() + timedelta(days=30)
    return new_event(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))


@pytest.mark.parametrize("is_paid", [True, False])
def test_an_event_with_buyers_cannot_be_moved_into_the_past(
    in_a_month: Event,
    carol: User,
    alice: User,
    client_of: ClientOf,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
    is_paid: bool,
) -> None:
    (paid_booking if is_paid else hold)(alice, event=in_a_month)
    assert in_a_month.starts_at is not None and in_a_month.ends_at is not None
    last_year = {"starts_at": in_a_month.starts_at - YEAR, "ends_at": in_a_month.ends_at - YEAR}
    for slip in (last_year, {"starts_at": last_year["starts_at"]}):
        response = client_of(carol).patch(f"/api/event/{in_a_month.pk}", slip)
        assert fields_of(response) == list(slip)
        assert {problem["code"] for problem in response.json()["errors"]} == {"in_past"}
    assert complete_ended_events() == 0
    event = Event.objects.get(pk=in_a_month.pk)
    assert (event.status, event.starts_at, event.start_moved_at) == ("available", in_a_month.starts_at, None)


def test_an_event_that_has_begun_may_get_an_end_in_the_past(
    in_a_month: Event, carol: User, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    paid_booking(alice, event=in_a_month)
    now = database_now()
    Event.objects.filter(pk=in_a_month.pk).update(starts_at=now - timedelta(hours=2))
    change_event(event_id=in_a_month.pk, seller=carol, ends_at=now - timedelta(minutes=1))
    assert complete_ended_events() == 1


def test_an_event_without_buyers_may_be_created_or_moved_in_the_past_and_corrected(
    in_a_month: Event, carol: User, client_of: ClientOf
) -> None:
    url, client = f"/api/event/{in_a_month.pk}", client_of(carol)
    assert in_a_month.starts_at is not None and in_a_month.ends_at is not None
    slip = {"starts_at": in_a_month.starts_at - YEAR, "ends_at": in_a_month.ends_at - YEAR}
    assert client.patch(url, slip).status_code == 200
    complete_ended_events()
    assert client.get(url).json()["status"] == "completed"
    corrected = client.patch(url, {"starts_at": in_a_month.starts_at, "ends_at": in_a_month.ends_at}).json()
    assert corrected["status"] == "available"
    assert complete_ended_events() == 0


def test_a_completed_event_stays_so_if_its_dates_remain_in_the_past(
    in_a_month: Event, carol: User, client_of: ClientOf
) -> None:
    past = database_now() - YEAR
    Event.objects.filter(pk=in_a_month.pk).update(starts_at=past, ends_at=None, status="completed")
    url, client = f"/api/event/{in_a_month.pk}", client_of(carol)
    assert client.patch(url, {"ends_at": past + timedelta(hours=1)}).json()["status"] == "completed"
    assert client.patch(url, {"name": "Another name"}).json()["status"] == "completed"
    # Postponed, with a date to be announced:
    assert client.patch(url, {"starts_at": None, "ends_at": None}).json()["status"] == "available"


@pytest.mark.parametrize("status", ["draft", "ended"])
def test_new_dates_change_no_other_status(in_a_month: Event, carol: User, client_of: ClientOf, status: str) -> None:
    Event.objects.filter(pk=in_a_month.pk).update(status=status)
    starts_at = database_now() + YEAR
    response = client_of(carol).patch(f"/api/event/{in_a_month.pk}", {"starts_at": starts_at, "ends_at": None})
    assert response.json()["status"] == status


def test_only_an_event_that_has_begun_can_be_made_completed(
    in_a_month: Event, concert: Event, carol: User, client_of: ClientOf
) -> None:
    url, client = f"/api/event/{in_a_month.pk}", client_of(carol)
    response = client.patch(url, {"status": "completed"})
    assert (response.status_code, response.json()["code"]) == (409, "invalid_state")
    assert client.get(url).json()["status"] == "available"
    Event.objects.filter(pk=in_a_month.pk).update(starts_at=database_now() - timedelta(seconds=1))
    assert client.patch(url, {"status": "completed"}).json()["status"] == "completed"
    undated = client.patch(f"/api/event/{concert.pk}", {"status": "completed"})
    assert undated.json()["status"] == "completed"  # nothing else completes an event without a date


def test_a_draft_that_is_over_is_not_published(new_event: NewEvent, carol: User) -> None:
    draft = new_event(draft=True, starts_at=database_now() - timedelta(days=28))
    with pytest.raises(InvalidState, match="over"):
        change_event(event_id=draft.pk, seller=carol, status="available")
    assert Event.objects.get(pk=draft.pk).status == "draft"
    coming = database_now() + timedelta(days=1)
    assert change_event(event_id=draft.pk, seller=carol, status="available", starts_at=coming).status == "available"


def test_the_operation_itself_checks_the_dates_of_a_new_event(carol: User) -> None:
    config = {"rows": 1, "cols": 1, "sections": [{"name": "A", "price": 1, "subsections": 1}]}
    texts: dict[str, Any] = {"name": "x", "description": "", "venue_name": "v"}
    with pytest.raises(BadInput):
        create_event(seller=carol, seating=read_seating(config, max_seats=1), **texts, ends_at=database_now() + YEAR)
    assert not Event.objects.exists()
