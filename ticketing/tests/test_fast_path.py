"""The fast path responds to holds as Django does, and passes unusual requests on to Django."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import WSGIApplication

import pytest

from accounts.models import TokenFamily, User
from accounts.operations.tokens import tokens_for
from bookings.holds.models import Booking
from bookings.testing.surgery import altered
from events.models import Event
from ticketing.fast_path.application import FastPath
from ticketing.wsgi import application, django_application

pytestmark = pytest.mark.django_db(transaction=True)  # requests check and close their connection
VOLATILE = {"id", "reference", "expires_at", "created_at", "tickets", "seat_positions", "seconds_left"}
OWN = {"Content-Length", "X-Request-Id", "Location"}  # different in any two responses


@dataclass
class Response:
    """A response, and whether the fast path served it."""

    status: int
    headers: dict[str, str]
    body: Any
    fast: bool


class Caller:
    """Calls a WSGI application as a server does."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(
        self, app: WSGIApplication, body: Any, path: str = "/api/booking", method: str = "POST", **environ: Any
    ) -> Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            seen.update(status=int(status[:3]), headers=dict(headers))

        call = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_ACCEPT": "application/json",
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        } | environ
        fast = app is not django_application and application._find(call) is not None
        response = b"".join(app(call, start))
        return Response(seen["status"], seen["headers"], json.loads(response), fast)


def shared_headers(response: Response) -> dict[str, str]:
    """The headers that two responses to the same request have in common."""
    return {name: value for name, value in response.headers.items() if name not in OWN}


@pytest.fixture
def call(alice: User) -> Caller:
    return Caller(tokens_for(alice)["access"])


@pytest.fixture
def hold_request(concert: Event) -> Callable[..., dict[str, Any]]:
    """A function that returns the body of a hold; further members as given."""

    def make(*seats: str, **members: Any) -> dict[str, Any]:
        how: dict[str, Any] = {"seat_selection_mode": "best_available", "quantity": 2}
        if seats:
            how = {"seat_selection_mode": "manual", "quantity": len(seats), "seat_positions": list(seats)}
        return {"event_id": concert.pk, "section": "A", "subsection": 1, **how, **members}

    return make


HoldRequest = Callable[..., dict[str, Any]]


def test_the_fast_path_responds_to_a_plain_hold_as_django_does(call: Caller, hold_request: HoldRequest) -> None:
    fast, django = call(application, hold_request()), call(django_application, hold_request())
    assert (fast.fast, django.fast) == (True, False)
    assert fast.status == django.status == 201
    assert list(fast.body) == list(django.body)
    assert {name: fast.body[name] for name in fast.body.keys() - VOLATILE} == {
        name: django.body[name] for name in django.body.keys() - VOLATILE
    }
    assert list(fast.body["tickets"][0]) == list(django.body["tickets"][0])
    assert fast.body["expires_at"][-1] == django.body["expires_at"][-1] == "Z"
    assert fast.headers["Location"] == f"/api/booking/{fast.body['id']}"


def test_fast_path_and_django_send_the_same_headers(call: Caller, hold_request: HoldRequest) -> None:
    fast, django = call(application, hold_request()), call(django_application, hold_request())
    assert shared_headers(fast) == shared_headers(django)
    assert len(fast.headers) == len({name.lower() for name in fast.headers})
    assert call(application, hold_request("1-1"), HTTP_X_REQUEST_ID="asked-for").headers["X-Request-Id"] == "asked-for"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"event_id": 999_999}, "not_found"),
        ({"section": "Z"}, "validation_error"),
        ({"quantity": 11}, "validation_error"),
        ({"seat_positions": ["1-1"]}, "validation_error"),
        ({"seat_selection_mode": "manual", "seat_positions": ["9-9", "1-1"]}, "validation_error"),
        ({"seat_selection_mode": "manual", "seat_positions": ["1-1", "1-1"]}, "validation_error"),
        ({"seat_selection_mode": "manual", "seat_positions": ["front", "1-1"]}, "validation_error"),
        ({"seat_selection_mode": "manual", "seat_positions": ["1-1"]}, "validation_error"),
        ({"seat_selection_mode": "manual", "seat_positions": ["1-1", "2-1"]}, "seats_taken"),
    ],
)
def test_the_fast_path_refuses_a_hold_as_django_does(
    call: Caller, hold_request: HoldRequest, hold: Callable[..., Booking], bob: User, members: dict[str, Any], code: str
) -> None:
    hold(bob, "2-1")
    fast, django = call(application, hold_request() | members), call(django_application, hold_request() | members)
    assert fast.fast
    assert fast.body == django.body
    assert shared_headers(fast) == shared_headers(django)
    assert fast.body["code"] == code
    assert fast.headers["Content-Type"] == django.headers["Content-Type"] == "application/problem+json"


def test_too_many_holds_are_refused_with_the_time_to_wait(call: Caller, hold_request: HoldRequest) -> None:
    for _ in range(3):
        assert call(application, hold_request()).status == 201
    refusal = call(application, hold_request())
    assert (refusal.status, refusal.body["code"]) == (429, "too_many_holds")
    assert refusal.headers["Retry-After"] == str(refusal.body["retry_after"])


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_ACCEPT": "text/html"},
        {"HTTP_ACCEPT": "application/json; indent=4"},
        {"HTTP_ACCEPT": "text/calendar"},
        {"HTTP_HOST": "elsewhere.example.com"},
        {"QUERY_STRING": "format=api"},
        {"PATH_INFO": "/api/booking/mine"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"REQUEST_METHOD": "GET"},
    ],
)
def test_unusual_requests_are_passed_on_to_django(
    call: Caller, hold_request: HoldRequest, environ: dict[str, str]
) -> None:
    passed: list[str] = []

    def record(environ: Any, start: Any) -> list[bytes]:
        passed.append("django")
        return []

    body = json.dumps(hold_request()).encode()
    request = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/booking",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {call.token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    FastPath(record, application._routes)(request | environ, lambda status, headers, error=None: lambda written: None)
    assert passed == ["django"]
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_AUTHORIZATION": ""}, 401),
        ({"HTTP_AUTHORIZATION": "Basic YQ=="}, 401),
        ({"HTTP_AUTHORIZATION": "Bearer nonsense"}, 401),
        ({"HTTP_AUTHORIZATION": "", "HTTP_ORIGIN": "https://elsewhere.example.com"}, 403),
        ({"HTTP_AUTHORIZATION": "", "HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
        ({"CONTENT_TYPE": "text/plain"}, 415),
        ({"CONTENT_TYPE": ""}, 415),
        ({"CONTENT_LENGTH": ""}, 400),
        ({"CONTENT_LENGTH": "0", "CONTENT_TYPE": "text/plain"}, 400),
        ({"CONTENT_LENGTH": "2000000"}, 413),
        ({"HTTP_IDEMPOTENCY_KEY": " "}, 400),
    ],
)
def test_an_invalid_request_gets_the_response_of_django(
    call: Caller, hold_request: HoldRequest, environ: dict[str, str], status: int
) -> None:
    fast, django = call(application, hold_request(), **environ), call(django_application, hold_request(), **environ)
    assert (fast.fast, fast.status) == (True, status)
    assert (django.status, django.body) == (status, fast.body)
    assert shared_headers(fast) == shared_headers(django)
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"quantity": "2"},
        {"quantity": True},
        {"quantity": 0},
        {"section": " A"},
        {"section": None},
        {"note": "window, please"},
        {"seat_positions": "1-1"},
        b'{"event_id": 1, "event_id": 2}',
        b"{",
        b"[]",
        b"\xff",
        {"section": "\x00"},
    ],
)
def test_an_unusual_body_gets_the_response_of_django(call: Caller, hold_request: HoldRequest, body: Any) -> None:
    sent = body if isinstance(body, bytes) else hold_request() | body
    fast, django = call(application, sent), call(django_application, sent)
    assert fast.fast
    assert fast.status == django.status
    assert fast.status == 201 or fast.body == django.body
    assert shared_headers(fast) == shared_headers(django)


def test_sellers_are_refused(carol: User, hold_request: HoldRequest) -> None:
    seller = Caller(tokens_for(carol)["access"])
    fast, django = seller(application, hold_request()), seller(django_application, hold_request())
    assert (fast.status, fast.body["code"]) == (403, "permission_denied")
    assert (django.status, django.body) == (403, fast.body)


def test_a_browser_holds_by_its_cookie(alice: User, client_of: Any, hold_request: HoldRequest) -> None:
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    signed = {"HTTP_AUTHORIZATION": "", "HTTP_COOKIE": cookie, "HTTP_ORIGIN": "http://127.0.0.1:8000"}
    fast, django = (
        Caller("")(application, hold_request(), **signed),
        Caller("")(django_application, hold_request(), **signed),
    )
    assert (fast.fast, fast.status, django.status) == (True, 201, 201)
    assert fast.body["buyer_id"] == alice.pk
    assert fast.headers["Vary"] == django.headers["Vary"] == "Accept, Cookie"
    forged = Caller("")(application, hold_request(), **signed | {"HTTP_ORIGIN": "https://elsewhere.example.com"})
    assert (forged.status, forged.body["code"]) == (403, "permission_denied")


def test_a_token_that_was_revoked_holds_nothing(call: Caller, hold_request: HoldRequest, alice: User) -> None:
    assert call(application, hold_request()).status == 201
    TokenFamily.objects.update(revoked_at=TokenFamily.objects.get().expires_at)
    for body in (
        hold_request(),
        hold_request() | {"quantity": "many"},
        hold_request() | {"seat_positions": ["1-1"]},
        b"{",
    ):
        refusal, django = call(application, body), call(django_application, body)
        assert (refusal.status, refusal.body["code"]) == (401, "not_authenticated")
        assert (django.status, django.body) == (401, refusal.body)
        assert refusal.headers["WWW-Authenticate"].startswith("Bearer")
    assert Booking.objects.count() == 1


def test_the_same_idempotency_key_gives_the_same_booking_on_both_ways(call: Caller, hold_request: HoldRequest) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    bodies = [call(app, hold_request(), **key).body for app in (application, django_application, application)]
    assert len({body["id"] for body in bodies}) == 1
    assert call(application, hold_request("1-5"), **key).body["code"] == "idempotency_key_reused"


def test_an_unexpected_error_is_a_500_without_a_traceback(call: Caller, hold_request: HoldRequest) -> None:
    with altered("bookings_hold", ("outcome := 'held';", "outcome := 'strange';")):
        failure = call(application, hold_request())
    assert (failure.status, failure.body["code"]) == (500, "internal_error")
    assert "strange" not in json.dumps(failure.body)


def test_a_database_that_waits_too_long_is_a_503(call: Caller, hold_request: HoldRequest) -> None:
    with altered("bookings_hold", ("-- 4. Move the seats", "RAISE EXCEPTION 'late' USING ERRCODE = '57014'; -- 4.")):
        refusal = call(application, hold_request())
    assert (refusal.status, refusal.body["code"]) == (503, "overloaded")
    assert call(application, hold_request()).status == 201
