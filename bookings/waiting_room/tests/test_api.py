"""The API of the waiting room, and that its tokens and passes are useless to other users."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.conftest import forget_queues
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from bookings.queue_tokens import pass_token
from bookings.waiting_room.admit import admit_from_queue
from bookings.waiting_room.models import QueuePass
from bookings.waiting_room.room import Room
from conftest import GOOD_CARD
from core.clock import Now, database_now
from core.redis import RedisUnavailable
from events.models import Event
from realtime.tests.servers import free_port, valkey

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]
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


def test_an_early_place_has_no_position_before_the_lottery_and_can_be_restored_after_it(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    Event.objects.filter(pk=waiting_room.pk).update(sales_start_at=database_now() + timedelta(hours=1))
    body = client_of(alice).post(path(waiting_room)).json()
    assert (body["state"], body["position"], body["ahead"], body["eta_seconds"]) == ("waiting", None, None, None)
    assert body["opens_at"] is not None
    assert jwt.decode(body["token"], options={"verify_signature": False})["at"] == "early"

    Event.objects.filter(pk=waiting_room.pk).update(sales_start_at=database_now())
    forget_queues()
    admit_from_queue(at=0)
    client_of(bob).post(path(waiting_room))
    assert client_of(alice).post(path(waiting_room), {"token": body["token"]}).json()["position"] == 1


# --- Passes -----------------------------------------------------------------------------------------


def test_a_hold_without_a_pass_is_refused(waiting_room: Event, alice: User, client_of: ClientOf) -> None:
    assert is_refused(book(client_of(alice), waiting_room), waiting_room)
    client_of(alice).post(path(waiting_room))
    assert is_refused(book(client_of(alice), waiting_room), waiting_room)


def test_a_hold_before_the_start_of_sales_is_sent_to_the_queue(
    waiting_room: Event, alice: User, client_of: ClientOf
) -> None:
    Event.objects.filter(pk=waiting_room.pk).update(sales_start_at=database_now() + timedelta(hours=1))
    assert is_refused(book(client_of(alice), waiting_room), waiting_room)


def test_a_pass_is_valid_for_one_user_and_one_event(
    waiting_room: Event, new_event: Callable[..., Event], alice: User, bob: User, client_of: ClientOf
) -> None:
    other = new_event(waiting_room_on=True)
    (queue_pass,) = admit(waiting_room, client_of(alice))
    assert is_refused(book(client_of(bob), waiting_room, queue_pass), waiting_room)
    assert is_refused(book(client_of(alice), other, queue_pass), other)
    token = client_of(bob).post(path(waiting_room)).json()["token"]
    assert is_refused(book(client_of(bob), waiting_room, token), waiting_room)


def test_a_forged_pass_is_refused(waiting_room: Event, alice: User, bob: User, client_of: ClientOf) -> None:
    (queue_pass,) = admit(waiting_room, client_of(alice))
    claims = jwt.decode(queue_pass, options={"verify_signature": False})
    header, body, signature = queue_pass.split(".")
    forged = [
        jwt.encode(claims | {"sub": str(bob.pk)}, "x" * 32),
        jwt.encode(claims | {"sub": str(bob.pk)}, "", algorithm="none"),
        f"{header}.{body}.{signature[::-1]}",
        "",
        "x",
        "é",
    ]
    for token in forged:
        assert is_refused(book(client_of(bob), waiting_room, token), waiting_room)
    # Signed but never issued: knowing the signing key is not enough.
    now = database_now()
    not_issued = pass_token(user_id=bob.pk, event_id=waiting_room.pk, issued_at=now, ends_at=now + timedelta(hours=1))
    assert is_refused(book(client_of(bob), waiting_room, not_issued), waiting_room)


def test_a_pass_ends_by_the_clock_of_the_database(waiting_room: Event, alice: User, client_of: ClientOf) -> None:
    (queue_pass,) = admit(waiting_room, client_of(alice))
    QueuePass.objects.update(ends_at=Now())
    assert is_refused(book(client_of(alice), waiting_room, queue_pass), waiting_room)
    assert client_of(alice).get(path(waiting_room)).status_code == 404


def test_a_purchase_uses_the_pass_up(waiting_room: Event, alice: User, client_of: ClientOf) -> None:
    (queue_pass,) = admit(waiting_room, client_of(alice))
    client = client_of(alice)
    booking = book(client, waiting_room, queue_pass).json()
    assert book(client, waiting_room, queue_pass).status_code == 201  # the pass allows several holds until one is paid
    pay_booking(booking_id=booking["id"], buyer_id=alice.pk, card_number=GOOD_CARD)
    Booking.objects.filter(status="pending_payment").update(status="cancelled")
    assert is_refused(book(client, waiting_room, queue_pass), waiting_room)
    assert client.post(path(waiting_room)).json()["state"] == "waiting"


def test_leaving_ends_the_pass(waiting_room: Event, alice: User, client_of: ClientOf) -> None:
    (queue_pass,) = admit(waiting_room, client_of(alice))
    client_of(alice).delete(path(waiting_room))
    assert is_refused(book(client_of(alice), waiting_room, queue_pass), waiting_room)


def test_a_repeated_request_returns_its_booking_after_the_pass_is_used_up(
    waiting_room: Event, alice: User, client_of: ClientOf
) -> None:
    client, body = client_of(alice), {"event_id": waiting_room.pk, **HOLD_REQUEST}
    (queue_pass,) = admit(waiting_room, client)
    headers = {"X-Queue-Pass": queue_pass, "Idempotency-Key": "once"}
    booking = client.post("/api/booking", body, headers=headers).json()
    pay_booking(booking_id=booking["id"], buyer_id=alice.pk, card_number=GOOD_CARD)
    again = client.post("/api/booking", body, headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, booking["id"])


def test_the_waiting_room_can_be_switched_on_and_off_during_the_sale(
    concert: Event, alice: User, bob: User, carol: User, client_of: ClientOf
) -> None:
    forget_queues()
    held = book(client_of(alice), concert, quantity=1).json()
    switch = {"waiting_room": {"enabled": True}}
    assert client_of(carol).patch(f"/api/event/{concert.pk}", switch).json()["waiting_room"]["enabled"] is True
    refused = book(client_of(bob), concert)
    assert (refused.status_code, refused.json()["code"]) == (403, "queue_pass_required")
    paid = client_of(alice).post(f"/api/booking/{held['id']}/pay", {"card_number": GOOD_CARD})
    assert paid.status_code == 200  # a hold from before can be paid
    client_of(carol).patch(f"/api/event/{concert.pk}", {"waiting_room": {"enabled": False}})
    assert book(client_of(bob), concert).status_code == 201


def test_the_fast_path_requires_the_pass_too(waiting_room: Event, alice: User, bob: User, client_of: ClientOf) -> None:
    from ticketing.tests.test_fast_path import Caller
    from ticketing.wsgi import application

    (queue_pass,) = admit(waiting_room, client_of(alice))
    body = {"event_id": waiting_room.pk, **HOLD_REQUEST}
    call, stranger = (Caller(tokens_for(user)["access"]) for user in (alice, bob))
    refused = stranger(application, body, HTTP_X_QUEUE_PASS=queue_pass)
    assert (refused.fast, refused.status, refused.body["code"]) == (True, 403, "queue_pass_required")
    held = call(application, body, HTTP_X_QUEUE_PASS=queue_pass)
    assert (held.fast, held.status) == (True, 201)


def test_an_asynchronous_booking_needs_the_pass_when_it_is_accepted(
    waiting_room: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    (queue_pass,) = admit(waiting_room, client_of(alice))
    body = {"event_id": waiting_room.pk, **HOLD_REQUEST}
    prefer = {"Prefer": "respond-async"}
    assert client_of(bob).post("/api/booking", body, headers=prefer).status_code == 403
    accepted = client_of(alice).post("/api/booking", body, headers=prefer | {"X-Queue-Pass": queue_pass})
    assert accepted.status_code == 202


def test_losing_redis_costs_nobody_their_place_and_admits_nobody_without_a_pass(
    waiting_room: Event,
    new_user: Callable[..., User],
    client_of: ClientOf,
    use_redis: Callable[[str], None],
    tmp_path: Path,
) -> None:
    port = free_port()
    use_redis(f"redis://127.0.0.1:{port}/0")
    *buyers, stranger = [client_of(new_user(f"person{number}")) for number in range(5)]
    with valkey(port, tmp_path) as redis:
        tokens = [client.post(path(waiting_room)).json()["token"] for client in buyers]
        admit_from_queue(at=0)
        admit_from_queue(at=1)
        queue_pass = buyers[0].get(path(waiting_room)).json()["pass"]
        redis.kill()
        redis.wait()
        assert [client.post(path(waiting_room)).status_code for client in buyers] == [200, 503, 503, 503]
        assert admit_from_queue(at=2) == 0
        assert is_refused(book(buyers[1], waiting_room, tokens[1]), waiting_room)
        assert book(buyers[0], waiting_room, queue_pass).status_code == 201
    use_redis(f"redis://127.0.0.1:{port}/0")
    with valkey(port, tmp_path):
        stranger.post(path(waiting_room))
        for client, token in zip(reversed(buyers), reversed(tokens), strict=True):
            client.post(path(waiting_room), {"token": token})
        waiting = [client.get(path(waiting_room)).json() for client in buyers]
        assert [body["position"] for body in waiting] == [0, 1, 2, 3]
        assert stranger.get(path(waiting_room)).json()["position"] == 4
