"""Settings of the waiting room: how a seller changes them in the API and the admin, and what others see."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from core.clock import database_now
from events.models import Event

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], APIClient]


def patch(client: APIClient, event: Event, **room: Any) -> Any:
    return client.patch(f"/api/event/{event.pk}", {"waiting_room": room})


def test_everyone_sees_the_waiting_room_and_the_hash_of_its_seed(concert: Event, client_of: ClientOf) -> None:
    body = client_of(None).get(f"/api/event/{concert.pk}").json()["waiting_room"]
    assert body == {
        "enabled": False, "admit_per_minute": 60, "max_active": 500, "pass_seconds": 600, "paused": False,
        "seed_hash": hashlib.sha256(concert.shuffle_seed.encode()).hexdigest(), "seed": None,
    }  # fmt: skip
    assert client_of(None).get("/api/event").json()["results"][0]["waiting_room"] == body


def test_only_the_settings_that_are_sent_change(concert: Event, carol: User, client_of: ClientOf) -> None:
    client = client_of(carol)
    patch(client, concert, enabled=True, admit_per_minute=1_000)
    response = patch(client, concert, pass_seconds=300, paused=True)
    room = response.json()["waiting_room"]
    assert response.status_code == 200
    assert (room["enabled"], room["admit_per_minute"], room["pass_seconds"], room["paused"]) == (True, 1_000, 300, True)
    concert.refresh_from_db()
    assert (concert.waiting_room_on, concert.admission_paused, concert.max_active) == (True, True, 500)


@pytest.mark.parametrize(
    "room",
    [
        {"admit_per_minute": 0}, {"admit_per_minute": 100_001}, {"admit_per_minute": 1.5}, {"max_active": 0},
        {"pass_seconds": 86_401}, {"enabled": "perhaps"}, {"paused": None}, "on", None,
    ],
)  # fmt: skip
def test_invalid_settings_are_refused_and_change_nothing(
    concert: Event, carol: User, client_of: ClientOf, room: Any
) -> None:
    response = client_of(carol).patch(f"/api/event/{concert.pk}", {"name": "New", "waiting_room": room})
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert response.json()["errors"][0]["field"].startswith("waiting_room")
    concert.refresh_from_db()
    assert (concert.name, concert.waiting_room_on) == ("A concert", False)


def test_only_the_seller_can_change_the_settings(concert: Event, alice: User, dave: User, client_of: ClientOf) -> None:
    responses = [patch(client_of(user), concert, enabled=True).status_code for user in (None, alice, dave)]
    assert responses == [401, 403, 403]
    assert not Event.objects.get().waiting_room_on


def test_an_event_can_be_created_with_a_waiting_room(carol: User, client_of: ClientOf) -> None:
    event = {
        "name": "Rush", "description": "", "venue_name": "Hall", "waiting_room": {"enabled": True, "max_active": 20},
        "seating_config": {"rows": 1, "cols": 2, "sections": [{"name": "A", "price": 1, "subsections": 1}]},
    }  # fmt: skip
    response = client_of(carol).post("/api/event", event)
    assert response.status_code == 201
    assert (response.json()["waiting_room"]["enabled"], response.json()["waiting_room"]["max_active"]) == (True, 20)


def test_the_seed_is_not_shown_before_the_lottery(concert: Event, carol: User, client_of: ClientOf) -> None:
    for path in (f"/api/event/{concert.pk}", "/api/event", f"/events/{concert.pk}", f"/queue/{concert.pk}"):
        assert concert.shuffle_seed not in client_of(carol).get(path).content.decode()
    seller_client = Client()
    seller_client.force_login(carol)
    assert concert.shuffle_seed not in seller_client.get(f"/admin/events/event/{concert.pk}/change/").content.decode()


def test_the_lottery_changes_the_etag_of_the_event(concert: Event, client_of: ClientOf) -> None:
    client, path = client_of(None), f"/api/event/{concert.pk}"
    tag = client.get(path)["ETag"]
    Event.objects.update(drawn_at=database_now())
    response = client.get(path, headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response.json()["waiting_room"]["seed"] == concert.shuffle_seed


def test_after_the_lottery_the_start_of_sales_cannot_move_into_the_future(
    concert: Event, carol: User, client_of: ClientOf
) -> None:
    client, in_an_hour = client_of(carol), database_now() + timedelta(hours=1)
    move = {"sales_start_at": in_an_hour.isoformat()}
    assert client.patch(f"/api/event/{concert.pk}", move).status_code == 200
    Event.objects.update(drawn_at=database_now())
    response = client.patch(f"/api/event/{concert.pk}", move)
    assert (response.status_code, response.json()["code"]) == (409, "invalid_state")
    assert client.patch(f"/api/event/{concert.pk}", {"sales_start_at": None}).status_code == 200


def test_each_event_has_its_own_seed(new_event: Callable[..., Event]) -> None:
    assert len({new_event().shuffle_seed for _ in range(3)}) == 3


def test_the_database_refuses_invalid_settings(concert: Event) -> None:
    with pytest.raises(IntegrityError, match="event_waiting_room_in_range"):
        Event.objects.update(admit_per_minute=0)


def test_the_queue_is_paused_and_resumed_in_the_admin(concert: Event, carol: User) -> None:
    seller_client = Client()
    seller_client.force_login(carol)
    page = f"/admin/events/event/{concert.pk}/"
    assert [action.name for action in seller_client.get(f"{page}change/").context["row_actions"]] == ["close", "cancel"]
    Event.objects.update(waiting_room_on=True)
    assert "pause" in [action.name for action in seller_client.get(f"{page}change/").context["row_actions"]]
    response = seller_client.post(f"{page}do/pause/", follow=True)
    assert "The queue is paused" in response.content.decode()
    assert Event.objects.get().admission_paused
    seller_client.post(f"{page}do/resume/")
    assert not Event.objects.get().admission_paused


@pytest.mark.parametrize(
    ("on", "status", "links"), [(True, "available", 1), (False, "available", 0), (True, "ended", 0)]
)
def test_the_event_page_links_to_the_queue(
    concert: Event, client_of: ClientOf, on: bool, status: str, links: int
) -> None:
    Event.objects.update(waiting_room_on=on, status=status)
    page = client_of(None).get(f"/events/{concert.pk}").content.decode()
    assert page.count("Join the queue") == links
