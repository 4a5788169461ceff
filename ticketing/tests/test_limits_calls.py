"""Rate limits: which calls count, and against which limit."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.holds.models import Booking
from conftest import PASSWORD
from core import feature_switches
from events.models import Event
from ticketing.fast_path.application import FastPath
from ticketing.tests.limits_helpers import ME, ClientOf, Rates, statuses
from ticketing.tests.test_fast_path import Caller
from ticketing.wsgi import application, django_application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("state_redis", "empty_caches")]


@pytest.mark.parametrize("path", ["/api/user", "/api/user/", "/api/user//"])
def test_slashes_and_methods_do_not_avoid_the_limit(alice: User, client_of: ClientOf, rates: Rates, path: str) -> None:
    rates(API_RATE=2)
    client = client_of(alice)
    assert client.head(path).status_code == client.options(path).status_code == 200
    assert client.get(path).status_code == 429


def test_booking_attempts_have_a_limit_of_their_own_and_all_count(
    alice: User, bob: User, client_of: ClientOf, rates: Rates
) -> None:
    rates(BOOKING_RATE=3)
    client = client_of(alice)
    bodies: list[Any] = [{}, {"event_id": 1}, "[", {"event_id": 999_999}]
    seen = [client.post(path, body) for path, body in zip(["/api/booking", "/api/booking/"] * 2, bodies, strict=True)]
    assert [response.status_code for response in seen] == [400, 400, 400, 429]
    assert "Too many booking attempts" in seen[-1].json()["detail"]
    assert seen[-1]["RateLimit-Policy"] == '"booking";q=3;w=60'
    assert client.get("/api/booking").status_code == 200
    assert client_of(bob).post("/api/booking", {}).status_code == 400
    assert not Booking.objects.exists()


def test_fast_path_and_django_count_together_and_respond_the_same(
    alice: User, concert: Event, rates: Rates, state_redis: Any
) -> None:
    rates(API_RATE=10, BOOKING_RATE=4)
    call = Caller(tokens_for(alice)["access"])
    hold_request = {"event_id": concert.pk, "section": "A", "subsection": 1, "seat_selection_mode": "best_available"}
    responses = [
        call(app, hold_request | {"quantity": 99})
        for app in (application, django_application, application, django_application)
    ]
    assert [response.fast for response in responses] == [True, False, True, False]
    assert {response.status for response in responses} == {400}
    assert [response.headers["RateLimit"].split(";")[1] for response in responses] == ["r=9", "r=8", "r=7", "r=6"]
    fast, django = (
        call(application, hold_request | {"quantity": 1}),
        call(django_application, hold_request | {"quantity": 1}),
    )
    assert fast.fast
    assert fast.status == django.status == 429
    assert fast.body.keys() == django.body.keys()
    assert fast.headers.keys() == django.headers.keys()
    assert not Booking.objects.exists()


def test_a_bad_body_is_counted_once(alice: User, concert: Event, rates: Rates) -> None:
    rates(API_RATE=10)
    call = Caller(tokens_for(alice)["access"])
    for app, left in ((application, 9), (django_application, 8)):
        response = call(app, {"event_id": "one"})
        assert response.status == 400
        assert response.headers["RateLimit"].startswith(f'"api";r={left};')


def test_each_fast_response_has_its_own_rate_limit_status(alice: User, rates: Rates) -> None:
    rates(API_RATE=10)
    fast_path, call = FastPath(django_application, application._routes), Caller(tokens_for(alice)["access"])
    hold_request = {"event_id": 999_999, "section": "A", "subsection": 1, "seat_selection_mode": "best_available"}
    responses = [call(fast_path, hold_request | {"quantity": 1}) for _ in range(3)]
    assert all(response.fast for response in responses)
    assert [response.headers["RateLimit"].split(";")[1] for response in responses] == ["r=9", "r=8", "r=7"]


def test_signing_in_is_limited_by_address_for_every_caller(
    alice: User, bob: User, client_of: ClientOf, client: Client, rates: Rates
) -> None:
    rates(API_RATE=100, LOGIN_RATE=3)
    body = {"email": alice.email, "password": PASSWORD}
    assert client.post("/api/user/login", body, "application/json").status_code == 200
    assert client_of(bob).post("/api/user/token", body | {"password": "wrong"}).status_code == 401
    assert client.post("/admin/login/", {"username": alice.email, "password": "wrong"}).status_code == 200
    response = client_of(bob).post("/api/user/login/", body)
    assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
    assert "attempts to sign in" in response.json()["detail"]
    page = client.post("/admin/login/", {"username": alice.email, "password": PASSWORD})
    assert (page.status_code, page["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert int(page["Retry-After"]) > 0


def test_registering_is_limited_by_address(client: Client, db: None, rates: Rates) -> None:
    rates(API_RATE=100, REGISTRATION_RATE=2)

    def register(n: int) -> int:
        body = {"email": f"new{n}@example.com", "password": PASSWORD, "name": "New", "role": "buyer"}
        return client.post(ME, body, content_type="application/json").status_code

    assert [register(n) for n in range(3)] == [201, 201, 429]
    assert User.objects.filter(email__startswith="new").count() == 2


def test_an_empty_api_rate_lifts_the_limits_by_address_too(client: Client, db: None, rates: Rates) -> None:
    rates(LOGIN_RATE=1, BOOKING_RATE=1)
    responses = [
        client.post("/api/user/login", {"email": "x@example.com", "password": "y"}, "application/json")
        for _ in range(3)
    ]
    assert {response.status_code for response in responses} == {401}
    assert not responses[0].has_header("RateLimit")


def test_pages_static_files_webhooks_and_probes_are_not_counted(client: Client, concert: Event, rates: Rates) -> None:
    rates(API_RATE=1, LOGIN_RATE=1, BOOKING_RATE=1)
    for path in ("/", f"/events/{concert.pk}", "/login", "/healthz", "/static/ticketing/nothing.css"):
        responses = [client.get(path) for _ in range(3)]
        assert all(response.status_code != 429 and not response.has_header("RateLimit") for response in responses), path
    hooks = [client.post("/api/payment/webhook/mock", b"{}", content_type="application/json") for _ in range(3)]
    assert [response.status_code for response in hooks] == [400] * 3


def test_check_in_ticket_codes_and_the_operators_calls_are_not_limited_for_signed_in_users(
    client: Client,
    alice: User,
    carol: User,
    olga: User,
    concert: Event,
    paid_booking: Callable[..., Booking],
    client_of: ClientOf,
    rates: Rates,
) -> None:
    booking = paid_booking(alice, quantity=2)
    tickets = client_of(alice).get(f"/api/booking/{booking.pk}/admissions").json()
    rates(API_RATE=2)
    gate, buyer, operator = client_of(carol), client_of(alice), client_of(olga)
    scans = statuses(4, lambda: gate.post(f"/api/event/{concert.pk}/check-in", {"code": "forged"}))
    assert set(scans) == {404}
    assert statuses(4, lambda: buyer.get(tickets[0]["qr_svg"])) == [200] * 4
    assert statuses(4, lambda: operator.get("/api/operator")) == [200] * 4
    path = f"/api/event/{concert.pk}/check-in"
    assert statuses(3, lambda: client.post(path, {"code": "forged"})) == [401, 401, 429]


def test_in_peak_mode_calls_about_the_event_have_a_stricter_limit(
    alice: User, concert: Event, new_event: Callable[..., Event], client_of: ClientOf, rates: Rates
) -> None:
    rates(API_RATE=100, API_RATE_SURGE=2)
    Event.objects.filter(pk=concert.pk).update(waiting_room_on=True)
    calm, client = new_event(), client_of(alice)
    response = client.get(f"/api/event/{concert.pk}/seatmap")
    assert response["RateLimit-Policy"] == '"api";q=100;w=60, "surge";q=2;w=60'
    assert client.get(f"/api/event/{concert.pk}/").status_code == 200
    assert client.get(f"/api/event/{concert.pk}").status_code == 429
    assert client.get(f"/api/event/{calm.pk}").status_code == client.get("/api/event").status_code == 200


def test_the_operators_switch_puts_all_calls_in_peak_mode(
    alice: User, olga: User, client_of: ClientOf, rates: Rates
) -> None:
    rates(API_RATE=100, API_RATE_SURGE=2)
    feature_switches.turn(name=feature_switches.SURGE, on=True, by=olga)
    client = client_of(alice)
    assert statuses(3, lambda: client.get(ME)) == [200, 200, 429]
    feature_switches.turn(name=feature_switches.SURGE, on=False, by=olga)
    assert client.get(ME).status_code == 200


def test_searches_for_tickets_are_limited_by_person_and_scans_are_not(
    carol: User, olga: User, concert: Event, client_of: ClientOf, rates: Rates
) -> None:
    rates(API_RATE=1, TICKET_SEARCH_RATE=2)
    path = f"/api/event/{concert.pk}/check-in"
    client = client_of(carol)
    assert statuses(3, lambda: client.get(f"{path}/tickets?q=alice")) == [200, 200, 429]
    assert "Too many searches" in client.get(f"{path}/tickets/?q=bob").json()["detail"]
    assert statuses(3, lambda: client.post(path, {"code": "x"})) == [404] * 3
    assert statuses(3, lambda: client.get(f"{path}/counts")) == [200] * 3
    assert client_of(olga).get(f"{path}/tickets?q=alice").status_code == 200
