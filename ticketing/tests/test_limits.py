"""Limits at the door: whose calls are counted together, which calls, and what a caller is told."""

import io
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient

from accounts import callers, switches
from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.models import Booking
from conftest import PASSWORD
from events import surge
from events.models import Event
from realtime.tests.servers import free_port, granian
from ticketing.express import Express
from ticketing.tests.test_express import Caller
from ticketing.wsgi import application, ordinary

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("state_redis")]

ClientOf = Callable[[User | None], APIClient]
ME = "/api/user"


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Of sessions, events and switches of other tests."""
    callers._user_of_session.cache_clear()
    surge._surging.cache_clear()
    switches.forget()
    yield
    switches.forget()


@pytest.fixture
def rates(settings: Any) -> Callable[..., None]:
    """Sets rates, in calls a minute; those not named are off."""

    def use(**rates: int) -> None:
        for name in ("API_RATE", "API_RATE_SURGE", "BOOKING_RATE", "LOGIN_RATE", "REGISTRATION_RATE"):
            setattr(settings, name, (rates[name], 60) if name in rates else None)

    return use


Rates = Callable[..., None]


@pytest.fixture
def bearer() -> Callable[[User], APIClient]:
    """A client with new tokens of the user."""

    def make(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(user)['access']}")
        return client

    return make


def statuses(times: int, call: Callable[[], Any]) -> list[int]:
    return [call().status_code for _ in range(times)]


def test_one_call_too_many_is_429_with_the_time_to_wait(alice: User, client_of: ClientOf, rates: Rates) -> None:
    rates(API_RATE=2)
    client = client_of(alice)
    assert statuses(2, lambda: client.get(ME)) == [200, 200]
    answer = client.get(ME)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert answer.json()["code"] == "rate_limited"
    assert answer["Retry-After"] == str(answer.json()["retry_after"])
    assert 1 <= answer.json()["retry_after"] <= 60
    assert f"try again in {answer.json()['retry_after']} second" in answer.json()["detail"]


def test_every_limited_answer_says_how_the_caller_stands(alice: User, client_of: ClientOf, rates: Rates) -> None:
    rates(API_RATE=3)
    client = client_of(alice)
    for path, left in ((ME, 2), ("/api/nothing", 1), ("/api/booking/1", 0), (ME, 0)):
        answer = client.get(path)
        assert answer["RateLimit-Policy"] == '"api";q=3;w=60', path
        assert answer["RateLimit"].startswith(f'"api";r={left};t='), path


def test_a_user_is_one_caller_by_cookie_by_any_token_and_from_anywhere(
    alice: User, bob: User, client_of: ClientOf, bearer: Callable[[User], APIClient], rates: Rates, settings: Any
) -> None:
    rates(API_RATE=4)
    settings.TRUSTED_PROXIES = 1
    clients = [client_of(alice), client_of(alice), bearer(alice), bearer(alice)]
    answers = [c.get(ME, headers={"X-Forwarded-For": f"10.0.{n}.1"}) for n, c in enumerate(clients)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {client.get(ME).status_code for client in clients} == {429}
    assert client_of(bob).get(ME).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "{n}.7.7.7"},
        {"X-Forwarded-For": "{n}.7.7.7, 203.0.113.9"},
        {"X-Real-IP": "{n}.7.7.7"},
        {"Forwarded": "for={n}.7.7.7"},
        {"Cookie": "sessionid=forgedforgedforgedforgedforged{n}"},
        {"Cookie": "sessionid=; visitor={n}"},
        {"Authorization": "Bearer forged{n}"},
        {"Authorization": "Basic {n}"},
        {"X-HTTP-Method-Override": "OPTIONS", "X-Request-Id": "request-{n}"},
        {"User-Agent": "agent {n}"},
    ],
    ids=lambda headers: next(iter(headers.items())),
)
def test_nobody_becomes_another_by_what_he_says_of_himself(
    concert: Event, rates: Rates, client: Client, headers: dict[str, str]
) -> None:
    rates(API_RATE=3)

    def call(n: int) -> int:
        return client.get(
            "/api/event", headers={name: value.format(n=n) for name, value in headers.items()}
        ).status_code

    assert [call(n) == 429 for n in range(6)] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("said", ["10.1.1.{n}, 203.0.113.9", "{n}::1, 203.0.113.9", "2001:db8:5:6::{n}"])
def test_behind_our_proxy_what_the_proxy_saw_counts(
    concert: Event, rates: Rates, client: Client, settings: Any, said: str
) -> None:
    rates(API_RATE=3)
    settings.TRUSTED_PROXIES = 1
    seen = [client.get("/api/event", headers={"X-Forwarded-For": said.format(n=n)}).status_code for n in range(6)]
    assert seen == [200] * 3 + [429] * 3
    assert client.get("/api/event", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/user", "/api/user/", "/api/user//"])
def test_slashes_and_methods_make_no_other_call(alice: User, client_of: ClientOf, rates: Rates, path: str) -> None:
    rates(API_RATE=2)
    client = client_of(alice)
    assert client.head(path).status_code == client.options(path).status_code == 200
    assert client.get(path).status_code == 429


def test_what_is_refused_is_counted_as_well(client: Client, db: None, rates: Rates) -> None:
    rates(API_RATE=3)
    assert statuses(4, lambda: client.get(ME)) == [401, 401, 401, 429]


def test_booking_attempts_have_a_limit_of_their_own_and_all_count(
    alice: User, bob: User, client_of: ClientOf, rates: Rates
) -> None:
    rates(BOOKING_RATE=3)
    client = client_of(alice)
    bodies: list[Any] = [{}, {"event_id": 1}, "[", {"event_id": 999_999}]
    seen = [client.post(path, body) for path, body in zip(["/api/booking", "/api/booking/"] * 2, bodies, strict=True)]
    assert [answer.status_code for answer in seen] == [400, 400, 400, 429]
    assert "Too many booking attempts" in seen[-1].json()["detail"]
    assert seen[-1]["RateLimit-Policy"] == '"booking";q=3;w=60'
    assert client.get("/api/booking").status_code == 200
    assert client_of(bob).post("/api/booking", {}).status_code == 400
    assert not Booking.objects.exists()


def test_both_ways_in_count_together_and_say_the_same(
    alice: User, concert: Event, rates: Rates, state_redis: Any
) -> None:
    rates(API_RATE=10, BOOKING_RATE=4)
    call = Caller(tokens_for(alice)["access"])
    wish = {"event_id": concert.pk, "section": "A", "subsection": 1, "seat_selection_mode": "best_available"}
    answers = [call(way, wish | {"quantity": 99}) for way in (application, ordinary, application, ordinary)]
    assert [answer.express for answer in answers] == [True, False, True, False]
    assert {answer.status for answer in answers} == {400}
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=9", "r=8", "r=7", "r=6"]
    quick, slow = call(application, wish | {"quantity": 1}), call(ordinary, wish | {"quantity": 1})
    assert quick.express
    assert quick.status == slow.status == 429
    assert quick.body.keys() == slow.body.keys()
    assert quick.headers.keys() - {"X-Request-Id"} <= slow.headers.keys()
    assert not Booking.objects.exists()


def test_a_call_that_the_lane_gives_back_is_counted_once(alice: User, concert: Event, rates: Rates) -> None:
    rates(API_RATE=10)
    call = Caller(tokens_for(alice)["access"])
    answer = call(application, {"event_id": "1"})
    assert not answer.express
    assert answer.headers["RateLimit"].startswith('"api";r=9;')


def test_each_answer_of_the_lane_has_its_own_standing(alice: User, rates: Rates) -> None:
    rates(API_RATE=10)
    lane, call = Express(ordinary, application._lanes), Caller(tokens_for(alice)["access"])
    wish = {"event_id": 999_999, "section": "A", "subsection": 1, "seat_selection_mode": "best_available"}
    answers = [call(lane, wish | {"quantity": 1}) for _ in range(3)]
    assert all(answer.express for answer in answers)
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=9", "r=8", "r=7"]


def read_by_lane(path: str, **environ: Any) -> Any:
    """An anonymous GET of a micro-cached answer."""
    seen: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        seen.update(status=int(status[:3]), headers=dict(headers), names=[name for name, _ in headers])

    call = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    } | environ
    b"".join(application(call, start))
    return seen | {"express": "request_id" in call}


def test_cached_public_reads_count_by_address(concert: Event, rates: Rates) -> None:
    rates(API_RATE=3)
    paths = ["/api/event", f"/api/event/{concert.pk}", f"/api/event/{concert.pk}/seatmap", "/api/event"]
    answers = [read_by_lane(path) for path in paths]
    assert [answer["status"] for answer in answers] == [200, 200, 200, 429]
    assert all(answer["express"] for answer in answers)
    assert answers[1]["headers"]["RateLimit"].startswith('"api";r=1;')
    assert all(answer["names"].count("RateLimit") == 1 for answer in answers)
    assert read_by_lane("/api/event", REMOTE_ADDR="198.51.100.1")["status"] == 200


def test_a_signed_in_browser_counts_as_its_user_by_the_lane_too(
    alice: User, concert: Event, client_of: ClientOf, rates: Rates
) -> None:
    rates(API_RATE=3)
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    assert [read_by_lane("/api/event", HTTP_COOKIE=cookie)["status"] for _ in range(4)] == [200, 200, 200, 429]
    assert read_by_lane("/api/event")["status"] == 200


def test_signing_in_is_limited_by_address_whoever_calls(
    alice: User, bob: User, client_of: ClientOf, client: Client, rates: Rates
) -> None:
    rates(API_RATE=100, LOGIN_RATE=3)
    body = {"email": alice.email, "password": PASSWORD}
    assert client.post("/api/user/login", body, "application/json").status_code == 200
    assert client_of(bob).post("/api/user/token", body | {"password": "wrong"}).status_code == 401
    assert client.post("/admin/login/", {"username": alice.email, "password": "wrong"}).status_code == 200
    answer = client_of(bob).post("/api/user/login/", body)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert "attempts to sign in" in answer.json()["detail"]
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


def test_an_empty_api_rate_lifts_the_limits_of_the_doors_too(client: Client, db: None, rates: Rates) -> None:
    rates(LOGIN_RATE=1, BOOKING_RATE=1)
    answers = [
        client.post("/api/user/login", {"email": "x@example.com", "password": "y"}, "application/json")
        for _ in range(3)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert not answers[0].has_header("RateLimit")


def test_pages_static_files_webhooks_and_probes_are_not_counted(client: Client, concert: Event, rates: Rates) -> None:
    rates(API_RATE=1, LOGIN_RATE=1, BOOKING_RATE=1)
    for path in ("/", f"/events/{concert.pk}", "/login", "/healthz", "/static/ticketing/nothing.css"):
        answers = [client.get(path) for _ in range(3)]
        assert all(answer.status_code != 429 and not answer.has_header("RateLimit") for answer in answers), path
    hooks = [client.post("/api/payment/webhook/mock", b"{}", content_type="application/json") for _ in range(3)]
    assert [answer.status_code for answer in hooks] == [400] * 3


def test_the_gate_the_codes_of_tickets_and_the_operator_are_free_to_who_is_signed_in(
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


def test_in_a_surge_calls_about_the_event_have_a_stricter_limit(
    alice: User, concert: Event, new_event: Callable[..., Event], client_of: ClientOf, rates: Rates
) -> None:
    rates(API_RATE=100, API_RATE_SURGE=2)
    Event.objects.filter(pk=concert.pk).update(waiting_room_on=True)
    calm, client = new_event(), client_of(alice)
    answer = client.get(f"/api/event/{concert.pk}/seatmap")
    assert answer["RateLimit-Policy"] == '"api";q=100;w=60, "surge";q=2;w=60'
    assert client.get(f"/api/event/{concert.pk}/").status_code == 200
    assert client.get(f"/api/event/{concert.pk}").status_code == 429
    assert client.get(f"/api/event/{calm.pk}").status_code == client.get("/api/event").status_code == 200


def test_the_operators_switch_makes_all_calls_a_surge(
    alice: User, olga: User, client_of: ClientOf, rates: Rates
) -> None:
    rates(API_RATE=100, API_RATE_SURGE=2)
    switches.turn(name=switches.SURGE, on=True, by=olga)
    client = client_of(alice)
    assert statuses(3, lambda: client.get(ME)) == [200, 200, 429]
    switches.turn(name=switches.SURGE, on=False, by=olga)
    assert client.get(ME).status_code == 200


def test_without_limits_nobody_asks_redis_or_the_database(
    alice: User, concert: Event, client: Client, rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates()
    monkeypatch.setattr("ticketing.limits.limits.count", None)
    monkeypatch.setattr("ticketing.limits.caller_of", None)
    answer = client.get("/api/event")
    assert answer.status_code == 200
    assert not answer.has_header("RateLimit")


def test_without_redis_limits_still_hold_in_each_process(
    alice: User, client_of: ClientOf, rates: Rates, use_redis: Callable[[str], None]
) -> None:
    rates(API_RATE=3)
    use_redis(f"redis://127.0.0.1:{free_port()}/0")
    client = client_of(alice)
    assert statuses(5, lambda: client.get(ME)) == [200] * 3 + [429] * 2


def test_of_two_hundred_calls_at_two_processes_at_once_exactly_the_limit_passes(
    alice: User, concert: Event, state_redis: Any
) -> None:
    """By cookie, by token and with invented addresses, half of them bookings, half of them by the lane."""
    token = tokens_for(alice)["access"]
    headers = {"Authorization": f"Bearer {token}"}

    def call(n: int) -> tuple[int, str]:
        made_up = headers | {"X-Forwarded-For": f"10.{n}.0.1"}
        url = servers[n % 2].url
        if n % 4 < 2:
            answer = httpx.get(f"{url}/api/user", headers=made_up, timeout=30)
        else:
            answer = httpx.post(f"{url}/api/booking", json={"event_id": 999_999}, headers=made_up, timeout=30)
        return answer.status_code, answer.headers["RateLimit"]

    rates: dict[str, Any] = {
        "API_RATE": "30/min",
        "BOOKING_RATE": "10/min",
        "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "WARNING",
    }
    with granian(**rates) as first, granian(**rates) as second, ThreadPoolExecutor(40) as crowd:
        servers = [first, second]
        answers = Counter(status for status, _ in crowd.map(call, range(200)))
    assert answers == {200: 20, 400: 10, 429: 170}
    assert state_redis.llen(f"limit:api:user:{alice.pk}") == 30


def test_a_database_that_is_away_makes_signed_in_people_count_by_address(
    concert: Event, alice: User, client_of: ClientOf, rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any) -> None:
        raise OperationalError

    rates(API_RATE=2)
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    monkeypatch.setattr("accounts.callers._user_of_session", away)
    assert [read_by_lane("/api/event", HTTP_COOKIE=cookie)["status"] for _ in range(3)] == [200, 200, 429]
