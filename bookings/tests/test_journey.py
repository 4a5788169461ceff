"""The whole product over HTTP only: a seller creates an event; buyers hold, pay and cancel; viewers see it live."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.operations.tokens import tokens_for
from realtime.tests.servers import Server, granian

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct-horse-battery"
HALL = {"rows": 2, "cols": 5, "sections": [{"name": "A", "price": 2500, "subsections": 1}]}


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Server]:
    """The API as `make run` serves it."""
    with granian() as server:
        yield server


def register(web: Server, name: str, role: str) -> httpx.Client:
    """Register a user and return an HTTP client in which they are logged in."""
    browser = httpx.Client(base_url=web.url, timeout=30)
    login = {"email": f"{name}@example.com", "password": PASSWORD}
    assert browser.post("/api/user", json={**login, "name": name.title(), "role": role}).status_code == 201
    assert browser.post("/api/user/login", json=login).status_code == 200
    assert browser.get("/api/user").json()["email"] == login["email"]
    return browser


def test_a_concert_is_sold_over_http_from_creation_to_payment(web: Server, live_server_of_streams: Server) -> None:
    seller, alice, bob = (register(web, *user) for user in (("sue", "seller"), ("alice", "buyer"), ("bob", "buyer")))
    texts = {"name": "Jazz", "description": "Late.", "venue_name": "Cellar"}
    created = seller.post("/api/event", json={**texts, "seating_config": HALL, "hold_seconds": 2})
    assert created.status_code == 201
    event = alice.get(created.headers["Location"]).json()
    assert alice.get("/api/event", params={"q": "jazz"}).json()["count"] == 1

    def hold(browser: httpx.Client, *seats: str, **headers: str) -> httpx.Response:
        hold_request: dict[str, Any] = {
            "event_id": event["id"],
            "section": "A",
            "subsection": 1,
            "quantity": len(seats),
        }
        hold_request |= {"seat_selection_mode": "manual", "seat_positions": list(seats)}
        return browser.post("/api/booking", json=hold_request, headers=headers)

    with live_server_of_streams.socket(f"/ws/event/{event['id']}") as viewer:
        assert viewer.expect("snapshot")["stats"]["available"] == 10
        viewer.send("watch", section="A", subsection=1)
        assert viewer.expect("seats")["seats"] == "a" * 10

        held = hold(alice, "1-1", "1-2", **{"Idempotency-Key": "first"})
        assert held.status_code == 201
        assert hold(alice, "1-1", "1-2", **{"Idempotency-Key": "first"}).json()["id"] == held.json()["id"]
        assert viewer.expect("seats_changed")["seats"] == {"1-1": "reserved", "1-2": "reserved"}

        lost = hold(bob, "1-2", "1-3")
        assert (lost.status_code, lost.json()["seats"]) == (409, ["1-2"])

        booking = f"/api/booking/{held.json()['id']}"
        assert alice.post(f"{booking}/pay", json={"card_number": "4000000000000002"}).status_code == 402
        assert alice.post(f"{booking}/pay", json={"card_number": "4242424242424242"}).json()["status"] == "paid"
        assert viewer.expect("seats_changed")["seats"] == {"1-1": "sold", "1-2": "sold"}

        cancelled = hold(bob, "2-1").json()["id"]
        viewer.expect("seats_changed")
        assert bob.delete(f"/api/booking/{cancelled}").json()["status"] == "cancelled"
        assert viewer.expect("seats_changed")["seats"] == {"2-1": "available"}

        left = hold(bob, "2-2").json()
        assert alice.get(f"/api/booking/{left['id']}").status_code == 404
        viewer.expect("seats_changed")
        time.sleep(2.1)  # no sweep runs here: the deadline alone ends the hold
        assert hold(alice, "2-2").status_code == 201
        assert bob.post(f"/api/booking/{left['id']}/pay", json={"card_number": "4242424242424242"}).status_code == 410
        frames = [viewer.expect("seats_changed")]  # free and held again: published in one message or two
        if frames[-1]["seats"] == {"2-2": "available"}:
            frames.append(viewer.expect("seats_changed"))
        assert frames[-1]["seats"] == {"2-2": "reserved"}

    sold = seller.get("/api/booking", params={"booking_status": "paid"}).json()
    assert [b["seat_positions"] for b in sold["results"]] == [["1-1", "1-2"]]
    assert alice.post("/api/user/logout").status_code == 204
    assert alice.get("/api/booking").status_code == 401
    call_command("check_invariants")


def test_one_of_five_hundred_buyers_over_http_gets_the_seat(web: Server, password_hash: str) -> None:
    seller = register(web, "sue", "seller")
    body = {"name": "One seat", "description": "", "venue_name": "Attic", "seating_config": HALL}
    event = seller.post("/api/event", json=body).json()
    buyers = User.objects.bulk_create(
        User(email=f"buyer{n}@example.com", name=f"Buyer {n}", password=password_hash) for n in range(500)
    )
    tokens = [tokens_for(buyer)["access"] for buyer in buyers]
    hold_request = {"event_id": event["id"], "section": "A", "subsection": 1, "quantity": 1}
    hold_request |= {"seat_selection_mode": "manual", "seat_positions": ["1-1"]}
    limits = httpx.Limits(max_connections=500)

    with httpx.Client(base_url=web.url, timeout=60, limits=limits) as client, ThreadPoolExecutor(500) as crowd:

        def take(token: str) -> httpx.Response:
            return client.post("/api/booking", json=hold_request, headers={"Authorization": f"Bearer {token}"})

        responses = list(crowd.map(take, tokens))
    assert Counter(response.status_code for response in responses) == {201: 1, 409: 499}
    assert {a.json()["code"] for a in responses if a.status_code == 409} == {"seats_taken"}
    call_command("check_invariants")
