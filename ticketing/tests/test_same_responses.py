"""The same request gets the same response from the fast path, from Django over WSGI and from Django over ASGI.

Compares status, all headers and the body, for every call of the fast path and every status that it can have.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.test import override_settings
from django.urls import resolve

from accounts.models import TokenFamily, User
from accounts.operations.tokens import tokens_for
from bookings.holds.models import Booking
from core import feature_switches
from core.http import security_headers
from core.http.views import HandlerView, handler_of
from events.models import Event
from events.venues.plans import add_plan, publish_plan
from events.venues.tests.documents import document
from events.venues.write import add_venue
from ticketing.fast_path.middleware_table import FAST_PATH, check_middleware
from ticketing.wsgi import application, django_application

pytestmark = pytest.mark.django_db(transaction=True)
# Headers and members that differ in any two responses.
OWN = {"x-request-id", "content-length", "location"}
OWN_MEMBERS = {
    *("id", "booking_id", "payment_id", "reference", "payment_reference", "seat_positions", "tickets", "token"),
    *("expires_at", "created_at", "paid_at", "seconds_left", "retry_after", "detail"),
}
GOOD_CARD = "4242424242424242"
PUBLIC = ("list_events", "show_event", "show_seat_map", "show_geometry")  # the last one for everybody alike


@dataclass
class Call:
    """One request: `headers` as in WSGI, without HTTP_."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return (
            self.body if isinstance(self.body, bytes) else b"" if self.body is None else json.dumps(self.body).encode()
        )


@dataclass
class Response:
    """A response, with its headers by lower-case name."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        """The body without members that differ in any two responses."""
        value = json.loads(self.content) if self.content else None
        return {name: member for name, member in value.items() if name not in OWN_MEMBERS} if value else value

    @property
    def shared(self) -> dict[str, str]:
        """The headers that responses to the same request have in common; of the rate limit, only its name."""
        return {
            name: value.split(";")[0] if name == "ratelimit" else value
            for name, value in self.headers.items()
            if name not in OWN
        }


def by_wsgi(app: Any, call: Call) -> Response:
    seen: dict[str, Any] = {}
    headers = {name if name == "CONTENT_TYPE" else f"HTTP_{name}": value for name, value in call.headers.items()}
    path, _, query = call.path.partition("?")
    environ = {
        "REQUEST_METHOD": call.method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(call.content)),
        "wsgi.input": io.BytesIO(call.content),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    } | headers
    assert app is not application or application._find(environ) is not None

    def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
        names = [name.lower() for name, _ in headers]
        assert len(names) == len(set(names)), "a header was sent twice"
        seen.update(status=int(status[:3]), headers={name.lower(): value for name, value in headers})
        return lambda written: None

    parts = app(environ, start)
    content = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    return Response(seen["status"], seen["headers"], content)


def by_asgi(call: Call) -> Response:
    path, _, query = call.path.partition("?")
    sent = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(call.content))}
    sent |= {name.lower().replace("_", "-"): value for name, value in call.headers.items()}
    scope = {
        "type": "http",
        "method": call.method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1234),
        "scheme": "http",
    }
    return async_to_sync(_send_to_asgi)(scope, call.content)


async def _send_to_asgi(scope: dict[str, Any], content: bytes) -> Response:
    server = ApplicationCommunicator(get_asgi_application(), scope)
    await server.send_input({"type": "http.request", "body": content, "more_body": False})
    start = await server.receive_output(20)
    parts, more = [], True
    while more:
        part = await server.receive_output(20)
        parts.append(part["body"])
        more = part.get("more_body", False)
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Response(start["status"], headers, b"".join(parts))


@pytest.fixture
def bearer(alice: User) -> dict[str, str]:
    return {"AUTHORIZATION": f"Bearer {tokens_for(alice)['access']}"}


@pytest.fixture
def calls(
    concert: Event, hold: Callable[..., Booking], alice: User, carol: User, bearer: dict[str, str]
) -> dict[str, Any]:
    """For each handler of the fast path, a function that makes a new call."""
    venue = add_venue(seller=carol, name="The hall", time_zone="UTC")
    plan = add_plan(venue_id=venue.pk, seller=carol, name="Concert", draft=document())
    digest = publish_plan(plan_id=plan.pk, seller=carol).digest
    Event.objects.filter(pk=concert.pk).update(max_active_holds=50)
    event = f"/api/event/{concert.pk}"
    hold_request = {"event_id": concert.pk, "section": "A", "subsection": 1, "seat_selection_mode": "best_available"}

    def pay() -> Call:
        return Call("POST", f"/api/booking/{hold(alice).pk}/pay", {"card_number": GOOD_CARD}, bearer)

    def pay_order() -> Call:
        return Call("POST", f"/api/order/{hold(alice).order_id}/pay", {"card_number": GOOD_CARD}, bearer)

    item = {"section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 1}
    return {
        "list_events": lambda: Call("GET", "/api/event?page_size=1"),
        "show_event": lambda: Call("GET", event),
        "show_seat_map": lambda: Call("GET", f"{event}/seatmap"),
        "show_geometry": lambda: Call("GET", f"/api/geometry/{digest}"),
        "post_booking": lambda: Call("POST", "/api/booking", {**hold_request, "quantity": 1}, bearer),
        "post_payment": pay,
        "post_order": lambda: Call("POST", "/api/order", {"event_id": concert.pk, "items": [item]}, bearer),
        "pay_for_order": pay_order,
        "get_place": lambda: Call("GET", f"{event}/queue", headers=bearer),
        "post_place": lambda: Call("POST", f"{event}/queue", {}, bearer),
    }


def same_response(call: Call | Callable[[], Call], status: int) -> Response:
    """Compare the response of the fast path with both of Django, and return it.

    A function makes a new call for each.
    """
    make = call if callable(call) else lambda: call
    fast = by_wsgi(application, make())
    assert fast.status == status, fast.content
    for other in (by_wsgi(django_application, make()), by_asgi(make())):
        assert (other.status, other.body) == (fast.status, fast.body)
        assert other.shared == fast.shared
    assert {name.lower() for name, _ in security_headers.security_headers(is_secure=False)} <= fast.headers.keys()
    return fast


def with_headers(make: Callable[[], Call], **headers: str) -> Callable[[], Call]:
    def changed() -> Call:
        call = make()
        return Call(call.method, call.path, call.body, call.headers | headers)

    return changed


def test_every_call_of_the_fast_path_is_compared(calls: dict[str, Any]) -> None:
    assert {route.handler.__name__ for route in application._routes} == calls.keys()
    for name, make in calls.items():
        call = make()
        view: Any = resolve(call.path.partition("?")[0]).func.cls  # type: ignore[attr-defined]
        assert issubclass(view, HandlerView)
        handler = handler_of(view, call.method)
        assert handler is not None and handler.__name__ == name


def test_response_200_201_304_and_409(calls: dict[str, Any], concert: Event) -> None:
    for name in PUBLIC:
        found = same_response(calls[name], 200)
        same_response(with_headers(calls[name], IF_NONE_MATCH=found.headers["etag"]), 304)
        packed = [
            by_wsgi(app, with_headers(calls[name], ACCEPT_ENCODING="gzip")())
            for app in (application, django_application)
        ]
        assert packed[0] == replace(packed[1], headers=packed[0].headers)
        assert packed[0].shared == packed[1].shared | {"content-encoding": "gzip"}
    same_response(calls["post_booking"], 201)
    same_response(calls["post_payment"], 200)
    same_response(calls["get_place"], 409)  # there is no waiting room
    same_response(calls["post_place"], 409)
    Event.objects.filter(pk=concert.pk).update(status="ended")
    same_response(calls["post_booking"], 409)


def test_response_200_of_the_queue(calls: dict[str, Any], concert: Event, state_redis: Any) -> None:
    Event.objects.filter(pk=concert.pk).update(waiting_room_on=True)
    same_response(calls["post_place"], 200)
    same_response(calls["get_place"], 200)


@pytest.mark.parametrize("slashes", ["/", "//"])
def test_slashes_at_the_end_change_nothing(calls: dict[str, Any], slashes: str) -> None:
    for name, status in (("show_event", 200), ("show_seat_map", 200), ("post_booking", 201)):
        call = calls[name]()
        same_response(replace(call, path=call.path + slashes), status)


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 400), (b"null", 400), ({}, 400), (b'{"a": NaN}', 400), (b"", 400)]
)
def test_response_400(calls: dict[str, Any], body: Any, status: int) -> None:
    for name in ("post_booking", "post_payment"):
        same_response(replace(calls[name](), body=body), status)


@pytest.mark.parametrize(
    "query", ["page=x", "page_size=0", "price_min=x", "seller_id=x", "q=%00", "starts_after=yesterday"]
)
def test_an_invalid_filter_gets_the_same_response(concert: Event, query: str) -> None:
    same_response(lambda: Call("GET", f"/api/event?{query}"), 400)


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer ", "Basic YQ=="])
def test_response_401(calls: dict[str, Any], authorization: str) -> None:
    for name, make in calls.items():
        accepted = name == "show_geometry" or (name in PUBLIC and "Basic" in authorization)
        response = same_response(with_headers(make, AUTHORIZATION=authorization), 200 if accepted else 401)
        assert response.status == 200 or response.headers["www-authenticate"] == 'Bearer realm="api"'


def test_response_401_for_a_revoked_token(calls: dict[str, Any], bearer: dict[str, str]) -> None:
    made = {name: make() for name, make in calls.items()}
    TokenFamily.objects.all().delete()
    for name, call in made.items():
        same_response(replace(call, headers=bearer), 200 if name == "show_geometry" else 401)


def test_response_403(calls: dict[str, Any], carol: User, client_of: Any, alice: User) -> None:
    seller = {"AUTHORIZATION": f"Bearer {tokens_for(carol)['access']}"}
    same_response(with_headers(calls["post_booking"], **seller), 403)
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    for name in ("post_booking", "post_payment", "post_place"):
        made = calls[name]()
        foreign = {"COOKIE": cookie, "ORIGIN": "https://elsewhere.example.com"}
        same_response(Call("POST", made.path, made.body, foreign), 403)


def test_a_cookie_authenticates_every_call(calls: dict[str, Any], client_of: Any, alice: User) -> None:
    cookie = {"COOKIE": f"sessionid={client_of(alice).cookies['sessionid'].value}"}
    expected = {"post_booking": 201, "post_payment": 200, "get_place": 409, "post_place": 409}
    for name, status in expected.items():

        def signed(name: str = name) -> Call:
            made = calls[name]()
            return Call(made.method, made.path, made.body, cookie | {"ORIGIN": "http://127.0.0.1"})

        assert same_response(signed, status).headers["vary"] == "Accept, Cookie"


def test_response_404(concert: Event, bearer: dict[str, str]) -> None:
    unknown = ("/api/event/999999", "/api/event/999999/seatmap", f"/api/event/{'9' * 40}", "/api/event?page=99")
    for path in (*unknown, f"/api/geometry/{'0' * 64}", "/api/geometry/nonsense", "/api/geometry/\0"):
        same_response(Call("GET", path), 404)
    same_response(lambda: Call("GET", "/api/event/999999/queue", headers=bearer), 404)
    nothing = "00000000-0000-0000-0000-000000000000"
    same_response(lambda: Call("POST", f"/api/booking/{nothing}/pay", {"card_number": GOOD_CARD}, bearer), 404)


def test_response_to_a_member_type_or_text_that_a_body_must_not_have(calls: dict[str, Any]) -> None:
    for name in ("post_booking", "post_payment", "post_place"):
        made = calls[name]()
        for member in ({"more": 1}, {"quantity": "1"}, {"section": "\0"}, {"card_number": "\ud800"}, {"token": "x\0"}):
            response = same_response(Call("POST", made.path, (made.body or {}) | member, made.headers), 400)
            assert [problem["field"] for problem in response.body["errors"]] == list(member)


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=utf-16"])
def test_response_415(calls: dict[str, Any], kind: str) -> None:
    for name in ("post_booking", "post_payment", "post_place"):
        made = replace(calls[name](), body={})
        same_response(replace(made, headers=made.headers | {"CONTENT_TYPE": kind}), 415)


def test_response_413(calls: dict[str, Any]) -> None:
    for name in ("post_booking", "post_payment", "post_place"):
        made = calls[name]()
        large = b" " * (1024 * 1024 + 1)
        same_response(Call("POST", made.path, large, made.headers), 413)


def test_response_429(calls: dict[str, Any], settings: Any, state_redis: Any) -> None:
    settings.API_RATE = (1, 60)
    for name, make in calls.items():
        made = make()
        by_wsgi(application, made)
        response = same_response(made, 429)
        assert {"ratelimit", "ratelimit-policy", "retry-after"} <= response.headers.keys(), name


def test_response_503(calls: dict[str, Any], olga: User) -> None:
    made = {name: make() for name, make in calls.items()}
    feature_switches.turn(name=feature_switches.READ_ONLY, on=True, by=olga)
    for name, call in made.items():
        expected = 503 if call.method == "POST" else 409 if name == "get_place" else 200
        assert same_response(call, expected).headers["x-read-only"] == "1"


@override_settings(
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"), SECURE_HSTS_SECONDS=60, PERMISSIONS_POLICY="usb=()"
)
def test_changed_settings_change_the_headers_of_the_fast_path(calls: dict[str, Any]) -> None:
    response = by_wsgi(application, with_headers(calls["show_event"], X_FORWARDED_PROTO="https")())
    assert response.headers["strict-transport-security"].startswith("max-age=60")
    assert response.headers["permissions-policy"] == "usb=()"
    assert "strict-transport-security" not in by_wsgi(application, calls["show_event"]()).headers


# --- A new middleware can't be forgotten ----------------------------------------------------------------------------


class AddsHeader:
    """A middleware that was added."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        response = self.get_response(request)
        response["X-Rule"] = "new"
        return response


NEW = f"{__name__}.AddsHeader"


@pytest.fixture
def with_new_middleware(settings: Any) -> Any:
    from django.core.wsgi import get_wsgi_application

    settings.MIDDLEWARE = [*settings.MIDDLEWARE, NEW]
    return get_wsgi_application()


def test_every_middleware_is_in_the_table() -> None:
    assert check_middleware() == []


def test_a_new_middleware_fails_the_system_check(with_new_middleware: Any, calls: dict[str, Any]) -> None:
    assert by_wsgi(with_new_middleware, calls["show_event"]()).headers["x-rule"] == "new"
    assert "x-rule" not in by_wsgi(application, calls["show_event"]()).headers
    (error,) = check_middleware()
    assert error.id == "ticketing.E001" and NEW in error.msg


def test_a_middleware_that_was_removed_fails_the_system_check(settings: Any) -> None:
    settings.MIDDLEWARE = settings.MIDDLEWARE[:-1]
    assert [error.id for error in check_middleware()] == ["ticketing.E002"]


def test_a_header_of_a_new_middleware_is_a_difference(
    with_new_middleware: Any, calls: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line in the table alone is not enough: the comparison fails."""
    monkeypatch.setitem(FAST_PATH, NEW, "nothing")
    assert check_middleware() == []
    slow, fast = by_wsgi(with_new_middleware, calls["show_event"]()), by_wsgi(application, calls["show_event"]())
    assert slow.shared != fast.shared
