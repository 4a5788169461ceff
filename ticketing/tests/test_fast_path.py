"""The fast path answers holds as Django does, and leaves to Django what is not plain."""

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
VOLATILE = {"id", "expires_at", "created_at", "tickets", "seat_positions", "seconds_left"}
OWN = {"Content-Length", "X-Request-Id", "Location"}  # different in any two answers


@dataclass
class Answer:
    """What came back, and whether the fast path answered."""

    status: int
    headers: dict[str, str]
    body: Any
    fast: bool


class Caller:
    """Calls a WSGI application as a server would."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(
        self, way: WSGIApplication, body: Any, path: str = "/api/booking", method: str = "POST", **environ: Any
    ) -> Answer:
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
        fast = way is not django_application and application._find(call) is not None
        answer = b"".join(way(call, start))
        return Answer(seen["status"], seen["headers"], json.loads(answer), fast)


def without_own(answer: Answer) -> dict[str, str]:
    """The headers that two answers to the same request share."""
    return {name: value for name, value in answer.headers.items() if name not in OWN}


@pytest.fixture
def call(alice: User) -> Caller:
    return Caller(tokens_for(alice)["access"])


@pytest.fixture
def hold_request(concert: Event) -> Callable[..., dict[str, Any]]:
    """A body; further members as given."""

    def make(*seats: str, **members: Any) -> dict[str, Any]:
        how: dict[str, Any] = {"seat_selection_mode": "best_available", "quantity": 2}
        if seats:
            how = {"seat_selection_mode": "manual", "quantity": len(seats), "seat_positions": list(seats)}
        return {"event_id": concert.pk, "section": "A", "subsection": 1, **how, **members}

    return make


HoldRequest = Callable[..., dict[str, Any]]


def test_a_plain_hold_is_fast_and_answered_like_djangos(call: Caller, hold_request: HoldRequest) -> None:
    quick, slow = call(application, hold_request()), call(django_application, hold_request())
    assert (quick.fast, slow.fast) == (True, False)
    assert quick.status == slow.status == 201
    assert list(quick.body) == list(slow.body)
    assert {name: quick.body[name] for name in quick.body.keys() - VOLATILE} == {
        name: slow.body[name] for name in slow.body.keys() - VOLATILE
    }
    assert list(quick.body["tickets"][0]) == list(slow.body["tickets"][0])
    assert quick.body["expires_at"][-1] == slow.body["expires_at"][-1] == "Z"
    assert quick.headers["Location"] == f"/api/booking/{quick.body['id']}"


def test_both_send_the_same_headers(call: Caller, hold_request: HoldRequest) -> None:
    quick, slow = call(application, hold_request()), call(django_application, hold_request())
    assert without_own(quick) == without_own(slow)
    assert len(quick.headers) == len({name.lower() for name in quick.headers})
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
def test_a_refusal_by_the_fast_path_is_djangos(
    call: Caller, hold_request: HoldRequest, hold: Callable[..., Booking], bob: User, members: dict[str, Any], code: str
) -> None:
    hold(bob, "2-1")
    quick, slow = call(application, hold_request() | members), call(django_application, hold_request() | members)
    assert quick.fast
    assert quick.body == slow.body
    assert without_own(quick) == without_own(slow)
    assert quick.body["code"] == code
    assert quick.headers["Content-Type"] == slow.headers["Content-Type"] == "application/problem+json"


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
def test_what_is_not_plain_is_djangos(call: Caller, hold_request: HoldRequest, environ: dict[str, str]) -> None:
    passed: list[str] = []

    def note(environ: Any, start: Any) -> list[bytes]:
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
    FastPath(note, application._routes)(request | environ, lambda status, headers, error=None: lambda written: None)
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
def test_what_is_wrong_with_the_request_is_told_as_django_does(
    call: Caller, hold_request: HoldRequest, environ: dict[str, str], status: int
) -> None:
    quick, slow = call(application, hold_request(), **environ), call(django_application, hold_request(), **environ)
    assert (quick.fast, quick.status) == (True, status)
    assert (slow.status, slow.body) == (status, quick.body)
    assert without_own(quick) == without_own(slow)
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
def test_an_unusual_body_is_answered_as_django_does(call: Caller, hold_request: HoldRequest, body: Any) -> None:
    sent = body if isinstance(body, bytes) else hold_request() | body
    quick, slow = call(application, sent), call(django_application, sent)
    assert quick.fast
    assert quick.status == slow.status
    assert quick.status == 201 or quick.body == slow.body
    assert without_own(quick) == without_own(slow)


def test_sellers_are_refused(carol: User, hold_request: HoldRequest) -> None:
    seller = Caller(tokens_for(carol)["access"])
    quick, slow = seller(application, hold_request()), seller(django_application, hold_request())
    assert (quick.status, quick.body["code"]) == (403, "permission_denied")
    assert (slow.status, slow.body) == (403, quick.body)


def test_a_browser_holds_by_its_cookie(alice: User, client_of: Any, hold_request: HoldRequest) -> None:
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    signed = {"HTTP_AUTHORIZATION": "", "HTTP_COOKIE": cookie, "HTTP_ORIGIN": "http://127.0.0.1:8000"}
    quick, slow = (
        Caller("")(application, hold_request(), **signed),
        Caller("")(django_application, hold_request(), **signed),
    )
    assert (quick.fast, quick.status, slow.status) == (True, 201, 201)
    assert quick.body["buyer_id"] == alice.pk
    assert quick.headers["Vary"] == slow.headers["Vary"] == "Accept, Cookie"
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
        refusal, slow = call(application, body), call(django_application, body)
        assert (refusal.status, refusal.body["code"]) == (401, "not_authenticated")
        assert (slow.status, slow.body) == (401, refusal.body)
        assert refusal.headers["WWW-Authenticate"].startswith("Bearer")
    assert Booking.objects.count() == 1


def test_the_same_key_gives_the_same_booking_by_either(call: Caller, hold_request: HoldRequest) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    ways = [call(way, hold_request(), **key).body for way in (application, django_application, application)]
    assert len({body["id"] for body in ways}) == 1
    assert call(application, hold_request("1-5"), **key).body["code"] == "idempotency_key_reused"


def test_what_nobody_foresaw_is_a_500_without_a_traceback(call: Caller, hold_request: HoldRequest) -> None:
    with altered("bookings_hold", ("outcome := 'held';", "outcome := 'strange';")):
        failure = call(application, hold_request())
    assert (failure.status, failure.body["code"]) == (500, "internal_error")
    assert "strange" not in json.dumps(failure.body)


def test_a_database_that_waits_too_long_is_a_503(call: Caller, hold_request: HoldRequest) -> None:
    with altered("bookings_hold", ("-- 4. Move the seats", "RAISE EXCEPTION 'late' USING ERRCODE = '57014'; -- 4.")):
        refusal = call(application, hold_request())
    assert (refusal.status, refusal.body["code"]) == (503, "overloaded")
    assert call(application, hold_request()).status == 201
