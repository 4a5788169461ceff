"""Helpers for tests of the waiting room's API."""

from typing import Any

from rest_framework.test import APIClient

from bookings.holds.models import Booking
from bookings.waiting_room.admit import admit_from_queue
from events.models import Event

HOLD_REQUEST = {"section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 1}


def path(event: Event) -> str:
    return f"/api/event/{event.pk}/queue"


def admit(event: Event, *clients: APIClient) -> list[str]:
    """Let these clients join, admit them and return their passes."""
    for client in clients:
        client.post(path(event))
    for second in range(len(clients) + 2):
        admit_from_queue(at=second)
    return [client.get(path(event)).json()["pass"] for client in clients]


def book(client: APIClient, event: Event, queue_pass: str | None = None, **members: Any) -> Any:
    headers = {} if queue_pass is None else {"X-Queue-Pass": queue_pass}
    return client.post("/api/booking", {"event_id": event.pk, **HOLD_REQUEST, **members}, headers=headers)


def is_refused(response: Any, event: Event) -> bool:
    body = response.json()
    assert not Booking.objects.filter(event=event, status="pending_payment").exists()
    return (response.status_code, body["code"], body["queue"]) == (403, "queue_pass_required", path(event))
