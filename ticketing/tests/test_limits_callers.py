"""Rate limits: whose calls are counted together."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from events.models import Event
from ticketing.tests.limits_helpers import ME, ClientOf, Rates
from ticketing.wsgi import application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("state_redis", "empty_caches")]


def test_a_user_is_one_caller_by_cookie_by_any_token_and_from_anywhere(
    alice: User, bob: User, client_of: ClientOf, bearer: Callable[[User], APIClient], rates: Rates, settings: Any
) -> None:
    rates(API_RATE=4)
    settings.TRUSTED_PROXIES = 1
    clients = [client_of(alice), client_of(alice), bearer(alice), bearer(alice)]
    responses = [c.get(ME, headers={"X-Forwarded-For": f"10.0.{n}.1"}) for n, c in enumerate(clients)]
    assert [response.status_code for response in responses] == [200] * 4
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
def test_no_forged_header_makes_another_caller(
    concert: Event, rates: Rates, client: Client, headers: dict[str, str]
) -> None:
    rates(API_RATE=3)

    def call(n: int) -> int:
        return client.get(
            "/api/event", headers={name: value.format(n=n) for name, value in headers.items()}
        ).status_code

    assert [call(n) == 429 for n in range(6)] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("forwarded", ["10.1.1.{n}, 203.0.113.9", "{n}::1, 203.0.113.9", "2001:db8:5:6::{n}"])
def test_behind_our_proxy_the_address_that_the_proxy_saw_counts(
    concert: Event, rates: Rates, client: Client, settings: Any, forwarded: str
) -> None:
    rates(API_RATE=3)
    settings.TRUSTED_PROXIES = 1
    seen = [client.get("/api/event", headers={"X-Forwarded-For": forwarded.format(n=n)}).status_code for n in range(6)]
    assert seen == [200] * 3 + [429] * 3
    assert client.get("/api/event", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 200


def read_fast(path: str, **environ: Any) -> Any:
    """Send an anonymous GET to the fast path; return status, headers and their names."""
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
    assert application._find(call) is not None
    b"".join(application(call, start))
    return seen


def test_cached_public_reads_count_by_address(concert: Event, rates: Rates) -> None:
    rates(API_RATE=3)
    paths = ["/api/event", f"/api/event/{concert.pk}", f"/api/event/{concert.pk}/seatmap", "/api/event"]
    responses = [read_fast(path) for path in paths]
    assert [response["status"] for response in responses] == [200, 200, 200, 429]
    assert responses[1]["headers"]["RateLimit"].startswith('"api";r=1;')
    assert all(response["names"].count("RateLimit") == 1 for response in responses)
    assert read_fast("/api/event", REMOTE_ADDR="198.51.100.1")["status"] == 200


def test_a_signed_in_browser_counts_as_its_user_on_the_fast_path_too(
    alice: User, concert: Event, client_of: ClientOf, rates: Rates
) -> None:
    rates(API_RATE=3)
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    assert [read_fast("/api/event", HTTP_COOKIE=cookie)["status"] for _ in range(4)] == [200, 200, 200, 429]
    assert read_fast("/api/event")["status"] == 200


def test_while_the_database_is_unavailable_signed_in_users_count_by_address(
    concert: Event, alice: User, client_of: ClientOf, rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*args: Any) -> None:
        raise OperationalError

    rates(API_RATE=2)
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    monkeypatch.setattr("accounts.callers._user_of_session", unavailable)
    assert [read_fast("/api/event", HTTP_COOKIE=cookie)["status"] for _ in range(3)] == [200, 200, 429]
