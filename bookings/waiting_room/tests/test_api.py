"""The API of the queue: join, wait, be admitted and leave; place tokens are useless to other users."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.conftest import forget_queues
from bookings.waiting_room.admit import admit_from_queue
from bookings.waiting_room.models import QueuePass
from bookings.waiting_room.room import Room
from bookings.waiting_room.tests.stage import admit, book, is_refused, path
from core.clock import Now, database_now
from core.redis import RedisUnavailable
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]


# --- The queue --------------------------------------------------------------------------------------


def test_a_buyer_joins_waits_and_is_admitted(waiting_room: Event, alice: User, bob: User, client_of: ClientOf) -> None:
    first, second = client_of(alice), client_of(bob)
    first.post(path(waiting_room))
    admit_from_queue(at=0)
    body = second.post(path(waiting_room)).json()
    assert (body["state"], body["position"], body["ahead"]) == ("waiting", 2, 1)
    assert (body["eta_seconds"], body["admit_per_minute"], body["paused"]) == (2, 60, False)
    assert body["token"] and "pass" not in body

    admit_from_queue(at=1)
    admitted = first.get(path(waiting_room)).json()
    assert (admitted["state"], admitted["position"], admitted["token"]) == ("admitted", 0, None)
    assert book(first, waiting_room, admitted["pass"]).status_code == 201
    assert second.get(path(waiting_room)).json()["position"] == 1


def test_the_first_of_a_fresh_queue_gets_numbers(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    members = ("state", "position", "ahead", "eta_seconds", "eta_seconds_latest", "opens_at")
    for opened in (None, database_now() - timedelta(hours=1)):
        forget_queues()
        Event.objects.update(sales_start_at=opened, drawn_at=None)
        first = client_of(alice).post(path(waiting_room)).json()
        assert [first[name] for name in members] == ["waiting", 1, 0, 1, 2, None]
        assert client_of(bob).post(path(waiting_room)).json()["position"] == 2
        assert client_of(alice).get(path(waiting_room)).json()["position"] == 1


def test_joining_again_or_from_another_device_keeps_the_place(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    first = client_of(alice).post(path(waiting_room)).json()
    client_of(bob).post(path(waiting_room))
    again = client_of(alice).post(f"{path(waiting_room)}/").json()
    assert again == first == client_of(alice).get(path(waiting_room)).json()
    assert len(Room(waiting_room.pk)) == 2


def test_joining_with_a_pass_returns_the_same_pass(waiting_room: Event, alice: User, client_of: ClientOf) -> None:
    (queue_pass,) = admit(waiting_room, client_of(alice))
    assert client_of(alice).post(path(waiting_room)).json()["pass"] == queue_pass
    assert len(Room(waiting_room.pk)) == 0


def test_a_buyer_who_left_joins_again_at_the_end(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    first, second = client_of(alice), client_of(bob)
    for client in (first, second):
        client.post(path(waiting_room))
    assert first.delete(path(waiting_room)).status_code == 204
    assert (response := first.get(path(waiting_room))).status_code == 404
    assert response.json()["code"] == "not_found"
    admit_from_queue(at=0)
    assert first.post(path(waiting_room)).json()["position"] == 2


def test_only_buyers_of_an_event_with_a_waiting_room_can_join(
    waiting_room: Event, concert: Event, new_event: Callable[..., Event], alice: User, carol: User, client_of: ClientOf
) -> None:
    draft = new_event(draft=True, waiting_room_on=True)
    ended = new_event(waiting_room_on=True, sales_end_at=database_now() - timedelta(seconds=1))
    requests = [(None, waiting_room), (carol, waiting_room), (alice, concert), (alice, draft), (alice, ended)]
    responses = [client_of(user).post(path(event)) for user, event in requests]
    assert [(response.status_code, response.json()["code"]) for response in responses] == [
        (401, "not_authenticated"), (403, "permission_denied"), (409, "invalid_state"), (404, "not_found"),
        (409, "not_on_sale"),
    ]  # fmt: skip


@pytest.mark.parametrize("token", [[], {}, "x" * 1_001])
def test_a_malformed_token_is_refused(waiting_room: Event, alice: User, client_of: ClientOf, token: Any) -> None:
    response = client_of(alice).post(path(waiting_room), {"token": token})
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert len(Room(waiting_room.pk)) == 0


def test_without_redis_nobody_can_join_and_passes_stay_valid(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    (queue_pass,) = admit(waiting_room, client_of(alice))

    def unavailable(*args: Any) -> None:
        raise RedisUnavailable

    monkeypatch.setattr("bookings.waiting_room.room._script", unavailable)
    response = client_of(bob).post(path(waiting_room))
    assert (response.status_code, response.json()["code"]) == (503, "overloaded")
    assert int(response["Retry-After"]) > 0
    assert admit_from_queue(at=99) == 0
    assert client_of(alice).get(path(waiting_room)).json()["pass"] == queue_pass
    assert is_refused(book(client_of(bob), waiting_room), waiting_room)
    assert book(client_of(alice), waiting_room, queue_pass).status_code == 201


# --- Places -----------------------------------------------------------------------------------------


def test_a_token_restores_the_place_in_a_lost_queue_for_its_owner_only(
    waiting_room: Event, new_event: Callable[..., Event], new_user: Callable[..., User], client_of: ClientOf
) -> None:
    buyers = [client_of(new_user(f"person{number}")) for number in range(3)]
    tokens = [client.post(path(waiting_room)).json()["token"] for client in buyers]
    attacker = client_of(new_user("attacker"))
    forget_queues()

    admit_from_queue(at=0)
    forged = jwt.encode(jwt.decode(tokens[0], options={"verify_signature": False}) | {"at": 1.5}, "x" * 32)
    for token in (forged, tokens[0], "nonsense"):
        attacker.delete(path(waiting_room))
        attacker.post(path(waiting_room), {"token": token})
    for client, token in zip(reversed(buyers), reversed(tokens), strict=True):
        client.post(path(waiting_room), {"token": token})
    assert [client.get(path(waiting_room)).json()["position"] for client in (*buyers, attacker)] == [1, 2, 3, 4]

    other = new_event(waiting_room_on=True)
    client_of(new_user("before")).post(path(other))
    admit_from_queue(at=0)
    assert buyers[0].post(path(other), {"token": tokens[0]}).json()["position"] == 2


def test_a_token_restores_no_place_after_admission(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    token = client_of(alice).post(path(waiting_room)).json()["token"]
    admit(waiting_room, client_of(alice))
    QueuePass.objects.update(ends_at=Now())
    client_of(bob).post(path(waiting_room))
    assert client_of(alice).post(path(waiting_room), {"token": token}).json()["position"] == 2


def test_an_early_place_is_the_last_one_before_the_lottery_and_can_be_restored_after_it(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    Event.objects.filter(pk=waiting_room.pk).update(sales_start_at=database_now() + timedelta(hours=1))
    client_of(bob).post(path(waiting_room))
    body = client_of(alice).post(path(waiting_room)).json()
    assert (body["state"], body["position"], body["ahead"]) == ("waiting", 2, 1)
    assert (body["eta_seconds"], body["eta_seconds_latest"]) == (3_601, 3_603)
    assert client_of(bob).get(path(waiting_room)).json()["position"] == 2  # nobody has a place yet
    assert body["opens_at"] is not None
    assert jwt.decode(body["token"], options={"verify_signature": False})["at"] == "early"

    Event.objects.filter(pk=waiting_room.pk).update(sales_start_at=database_now())
    forget_queues()
    admit_from_queue(at=0)
    client_of(bob).post(path(waiting_room))
    assert client_of(alice).post(path(waiting_room), {"token": body["token"]}).json()["position"] == 1
