"""Queue passes: what they allow, for how long, and that they are useless to other users."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

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
from bookings.waiting_room.tests.stage import HOLD_REQUEST, admit, book, is_refused, path
from conftest import GOOD_CARD
from core.clock import Now, database_now
from events.models import Event
from realtime.tests.servers import free_port, valkey

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]


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
