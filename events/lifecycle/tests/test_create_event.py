"""Creating an event: it exists with all its tickets, or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError
from rest_framework.test import APIClient

from accounts.models import User
from events.lifecycle import rows
from events.lifecycle.create import create_event
from events.models import Event, Subsection, Ticket
from events.seating.configuration import read_seating

ClientOf = Callable[[User | None], APIClient]

HALL = {"rows": 5, "cols": 10, "sections": [{"name": "A", "price": 2000, "subsections": 2, "tier": "VIP"}]}


def body(**fields: Any) -> dict[str, Any]:
    return {"name": "Jazz", "description": "Late.", "venue_name": "Cellar", "seating_config": HALL, **fields}


def test_a_seller_creates_an_event_and_every_ticket_exists(carol: User, client_of: ClientOf) -> None:
    response = client_of(carol).post("/api/event", body())
    assert response.status_code == 201
    event = response.json()
    assert response["Location"] == f"/api/event/{event['id']}"
    assert event["status"] == "available"
    assert event["seller_id"] == carol.pk
    assert event["seating_config"] == HALL
    assert event["stats"] == {"available": 100, "reserved": 0, "sold": 0, "blocked": 0, "total": 100}
    assert Ticket.objects.filter(event_id=event["id"], status="available").count() == 100
    assert list(Ticket.objects.filter(event_id=event["id"]).values_list("position", flat=True)[:50]) == list(range(50))


def test_the_response_has_exactly_the_documented_fields_and_defaults(carol: User, client_of: ClientOf) -> None:
    event = client_of(carol).post("/api/event", body()).json()
    sections = event.pop("sections")
    del event["id"], event["stats"], event["waiting_room"]
    assert event == {
        "name": "Jazz",
        "description": "Late.",
        "venue_name": "Cellar",
        "seller_id": carol.pk,
        "is_active": True,
        "status": "available",
        "currency": "USD",
        "seating_config": HALL,
        "plan_version": None,
        "geometry": None,
        "picture": None,
        "venue_id": None,
        "venue": None,
        "time_zone": "UTC",
        "starts_at": None,
        "starts_at_local": None,
        "ends_at": None,
        "sales_start_at": None,
        "sales_end_at": None,
        "late_entry_until": None,
        "sales_close_at": None,
        "hold_seconds": 300,
        "payment_seconds": 900,
        "max_tickets_per_booking": 10,
        "max_active_holds": 3,
        "refund_until_hours": 24,
        "allow_single_gaps": True,
        "release_companion_seats": False,
        "organizer": {"name": "Carol", "contact_email": None},
    }
    assert sections[0] == {
        "section": "A",
        "subsection": 1,
        "kind": "grid",
        "tier": "VIP",
        "price": 2000,
        "rows": 5,
        "cols": 10,
        "available": 50,
        "reserved": 0,
        "sold": 0,
        "total": 50,
        "version": 0,
    }


def test_an_event_is_a_draft_only_on_request(carol: User, client_of: ClientOf) -> None:
    assert client_of(carol).post("/api/event", body(status="draft")).json()["status"] == "draft"
    assert client_of(carol).post("/api/event", body(status="sold_out")).status_code == 400


def test_only_sellers_can_create_events(alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).post("/api/event", body()).status_code == 403
    anonymous = client_of(None).post("/api/event", body())
    assert anonymous.status_code == 401
    assert anonymous.json()["code"] == "not_authenticated"
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": None}, "name"),
        ({"venue_name": []}, "venue_name"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "DOLLAR"}, "currency"),
        ({"hold_seconds": 0}, "hold_seconds"),
        ({"hold_seconds": 86_401}, "hold_seconds"),
        ({"payment_seconds": "soon"}, "payment_seconds"),
        ({"max_tickets_per_booking": 0}, "max_tickets_per_booking"),
        ({"max_active_holds": -1}, "max_active_holds"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "2027-01-02T10:00:00Z", "ends_at": "2027-01-01T10:00:00Z"}, "ends_at"),
        ({"sales_start_at": "2027-01-02T10:00:00Z", "sales_end_at": "2027-01-02T10:00:00Z"}, "sales_end_at"),
        ({"seating_config": None}, "seating_config"),
        ({"seating_config": {"rows": 1, "cols": 1, "sections": []}}, "seating_config.sections"),
        ({"seating_config": {**HALL, "rows": 10**9}}, "seating_config"),
    ],
)
def test_bad_input_names_the_field_and_creates_nothing(
    carol: User, client_of: ClientOf, fields: dict[str, Any], field: str
) -> None:
    response = client_of(carol).post("/api/event", body(**fields))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "validation_error"
    assert field in [problem["field"] for problem in response.json()["errors"]]
    assert not Event.objects.exists()


def test_missing_fields_are_named(carol: User, client_of: ClientOf) -> None:
    errors = client_of(carol).post("/api/event", {}).json()["errors"]
    assert {e["field"] for e in errors} == {"name", "description", "venue_name", "seating_config"}


def test_a_failure_while_writing_tickets_leaves_nothing(carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(subsection: Subsection) -> list[str]:
        return [f"{subsection.event_id}\t{subsection.pk}\t0\n", "not a row\n"]

    monkeypatch.setattr(rows, "_chunks", broken)
    seating = read_seating(HALL, max_seats=100)
    with pytest.raises(DatabaseError):
        create_event(seller=carol, seating=seating, name="x", description="", venue_name="v")
    assert not Event.objects.exists()
    assert not Subsection.objects.exists()
    assert not Ticket.objects.exists()


def test_fifty_thousand_seats_are_written_in_a_few_statements(
    carol: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    config = {"rows": 25, "cols": 20, "sections": [{"name": "A", "price": 1, "subsections": 100}]}
    seating = read_seating(config, max_seats=50_000)
    with django_assert_max_num_queries(5 + 5):  # five statements, and one COPY for every 10,000 seats
        event = create_event(seller=carol, seating=seating, name="x", description="", venue_name="v")
    assert Ticket.objects.filter(event=event).count() == 50_000
