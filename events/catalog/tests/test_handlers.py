"""Handlers of the event list, an event and its seat map: same responses from the fast path and Django, and caching."""

import gzip
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication

import pytest
from django.db import connection, connections
from django.test import RequestFactory

from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.holds.models import Booking
from events.catalog import handlers
from events.catalog.microcache import MicroCache
from events.models import Event
from ticketing.fast_path.application import FastPath
from ticketing.wsgi import application, django_application

Hold = Callable[..., Booking]
NewEvent = Callable[..., Event]
THREADS = 6

pytestmark = pytest.mark.django_db(transaction=True)  # requests close connections, and so end a test's transaction


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Django:
    """Django's application; `paths` are those that the fast path passes to it."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.paths.append(environ["PATH_INFO"])
        return django_application(environ, start_response)


def get(application: WSGIApplication, path: str, **headers: str) -> Response:
    """Send a request as an API client does; `headers` as in WSGI, without HTTP_."""
    sent = {f"HTTP_{name}": value for name, value in {"HOST": "127.0.0.1", **headers}.items()}
    head: list[Any] = []
    parts = application(RequestFactory().get(path, **sent).environ, lambda *arguments: head.extend(arguments))  # type: ignore
    body = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    return Response(int(head[0].split()[0]), {name.lower(): value for name, value in head[1]}, body)


@pytest.fixture(autouse=True)
def new_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test with an empty cache of the usual lifetime."""
    cache = MicroCache(life=handlers.LIFE_SECONDS, wait=5, entries=handlers.CACHE_ENTRIES, size=handlers.CACHE_BYTES)
    monkeypatch.setattr(handlers, "cache", cache)


@pytest.fixture
def django() -> Django:
    return Django()


@pytest.fixture
def fast_path(django: Django) -> WSGIApplication:
    return FastPath(django, application._routes)


@pytest.fixture
def paths(concert: Event, new_event: NewEvent) -> list[str]:
    """All paths that the fast path serves, for the concert and two more events."""
    new_event(
        name="Zydeco · ☂",
        starts_at=datetime(2027, 1, 1, 20, 0, 0, 500_000, UTC),
        sales_end_at=datetime(2026, 12, 31, 22, tzinfo=UTC),
    )
    new_event(name="Another", description='"quoted" <b>\n')
    queries = ["", "?page_size=2", "?page=2&page_size=2", "?ordering=-name&q=a", "?price_min=1&venue=hall&page_size=1"]
    event = f"/api/event/{concert.pk}"
    lists = [f"/api/event{slash}{query}" for slash in ("", "/") for query in queries]
    return [*lists, event, f"{event}/", f"{event}/seatmap"]


def wait_until_expired() -> None:
    """Wait until every cached response has expired."""
    time.sleep(handlers.LIFE_SECONDS)


def warm_up(fast_path: WSGIApplication) -> None:
    """Send requests until the fast path has checked its database connection."""
    for _ in range(2):
        get(fast_path, "/api/event?q=warm-up")
        wait_until_expired()


def test_both_return_the_same_before_and_after_a_change(
    paths: list[str], fast_path: WSGIApplication, django: Django, hold: Hold, alice: User, concert: Event
) -> None:
    changes = [
        lambda: hold(alice, "1-1", "1-2"),
        lambda: Event.objects.filter(pk=concert.pk).update(name="By hand"),
        lambda: concert.subsections.update(price=1234),
    ]
    seen = []
    for change in [lambda: None, *changes]:
        change()
        wait_until_expired()
        for path in paths:
            usual, fast = get(django_application, path), get(fast_path, path)
            assert (fast.status, fast.body) == (usual.status, usual.body)
            for name in ("content-type", "etag", "cache-control", "vary", "content-length", "x-frame-options"):
                assert fast.headers[name] == usual.headers[name], name
        seen.append(get(fast_path, paths[-1]).headers["etag"])
    assert len(set(seen)) == len(seen)
    assert django.paths == []


def test_both_return_304_if_the_client_has_the_current_response(
    paths: list[str], fast_path: WSGIApplication, django: Django, hold: Hold, alice: User
) -> None:
    tags = {path: get(django_application, path).headers["etag"] for path in paths}
    for path, tag in tags.items():
        for server in (django_application, fast_path):
            unchanged = get(server, path, IF_NONE_MATCH=f'"other", {tag}')
            assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", tag)
    hold(alice)
    wait_until_expired()
    for path, tag in tags.items():
        shows = get(django_application, path).headers["etag"] != tag  # not every page of the list shows the concert
        expected = 200 if shows else 304
        assert [get(server, path, IF_NONE_MATCH=tag).status for server in (django_application, fast_path)] == [
            expected
        ] * 2
    assert django.paths == []


def test_a_compressed_response_has_the_same_content(paths: list[str], fast_path: WSGIApplication) -> None:
    for path in paths:
        compressed = get(fast_path, path, ACCEPT_ENCODING="gzip, deflate, br")
        assert compressed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(compressed.body) == get(fast_path, path).body


def test_a_map_of_fifty_thousand_seats_is_under_60_kb(new_event: NewEvent, fast_path: WSGIApplication) -> None:
    arena = new_event([{"name": name, "price": 1, "subsections": 10} for name in "ABCDEFGHIJ"], rows=25, cols=20)
    compressed = get(fast_path, f"/api/event/{arena.pk}/seatmap", ACCEPT_ENCODING="gzip")
    assert len(compressed.body) < 60_000
    assert b"a" * 500 in gzip.decompress(compressed.body)


def test_both_return_the_same_for_personal_and_unusual_requests(
    concert: Event, new_event: NewEvent, carol: User, fast_path: WSGIApplication, django: Django
) -> None:
    draft, inactive = new_event(draft=True), new_event(is_active=False)
    bearer = f"Bearer {tokens_for(carol)['access']}"
    event = f"/api/event/{concert.pk}"
    calls: list[tuple[str, dict[str, str], int]] = [
        (f"/api/event/{draft.pk}", {}, 404),
        (f"/api/event/{draft.pk}", {"AUTHORIZATION": bearer}, 200),
        (f"/api/event/{draft.pk}/seatmap", {}, 404),
        (f"/api/event/{inactive.pk}", {}, 200),
        (f"/api/event/{inactive.pk}/seatmap", {}, 200),
        (event, {"AUTHORIZATION": bearer}, 200),
        (event, {"AUTHORIZATION": "Bearer nonsense"}, 401),
        (event, {"ACCEPT": "text/calendar"}, 406),
        (event, {"ACCEPT": "application/json; indent=4"}, 200),
        (f"{event}?format=json", {}, 200),
        (f"/api/event?seller_id={carol.pk}", {}, 200),
        ("/api/event?q=a&q=b", {}, 200),
        ("/api/event?unknown=1", {}, 200),
        ("/api/event?q=" + "a" * handlers.MAX_QUERY, {}, 400),
        ("/api/event?price_min=x", {}, 400),
        ("/api/event?q=%00", {}, 400),
        ("/api/event?page=99", {}, 404),
        ("/api/event/0", {}, 404),
        ("/api/event/" + "9" * 18, {}, 404),
        ("/api/event/" + "9" * 40 + "/seatmap", {}, 404),
    ]
    for path, headers, status in calls:
        django.paths.clear()
        response, usual = get(fast_path, path, **headers), get(django_application, path, **headers)
        assert response.status == status, path
        assert (usual.status, usual.body) == (status, response.body), path
        assert bool(django.paths) == ("ACCEPT" in headers or "format" in path), path


def test_a_draft_shown_to_its_seller_is_shown_to_nobody_else(
    new_event: NewEvent, carol: User, fast_path: WSGIApplication, client_of: Any
) -> None:
    draft = new_event(draft=True)
    path, cookies = f"/api/event/{draft.pk}", client_of(carol).cookies
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    assert [get(fast_path, path, COOKIE=cookie).status, get(fast_path, path).status] == [200, 404]


def test_an_event_that_becomes_a_draft_again_is_not_found_once_the_cache_expires(
    concert: Event, fast_path: WSGIApplication
) -> None:
    path = f"/api/event/{concert.pk}"
    assert get(fast_path, path).status == 200
    Event.objects.filter(pk=concert.pk).update(status="draft")
    wait_until_expired()
    assert get(fast_path, path).status == 404


def test_the_links_of_a_page_have_the_requests_host(paths: list[str], fast_path: WSGIApplication) -> None:
    links = [get(fast_path, "/api/event?page_size=1", HOST=host).body for host in ("127.0.0.1:8000", "localhost")]
    assert b'"next":"http://127.0.0.1:8000/api/event?page=2&page_size=1"' in links[0]
    assert b'"next":"http://localhost/api/event?page=2&page_size=1"' in links[1]


@pytest.mark.parametrize(("path", "rendering", "checking"), [("", 2, 2), ("/{0}", 2, 1), ("/{0}/seatmap", 2, 1)])
def test_number_of_round_trips_to_the_database(
    concert: Event, fast_path: WSGIApplication, round_trips: list[None], path: str, rendering: int, checking: int
) -> None:
    path = f"/api/event{path.format(concert.pk)}"
    warm_up(fast_path)
    round_trips.clear()
    get(fast_path, path)
    assert len(round_trips) == rendering
    wait_until_expired()
    get(fast_path, path)
    assert len(round_trips) == rendering + checking


def test_simultaneous_requests_read_the_database_once(
    concert: Event, fast_path: WSGIApplication, round_trips: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    long_lived = MicroCache(life=60, wait=60, entries=9, size=1_000_000)  # however slowly the threads start
    monkeypatch.setattr(handlers, "cache", long_lived)
    path, all_started = f"/api/event/{concert.pk}/seatmap", threading.Barrier(THREADS)
    warm_up(fast_path)

    def one(_: int) -> Response:
        connection.ensure_connection()
        try:
            all_started.wait(60)
            round_trips.clear()
            all_started.wait(60)
            return get(fast_path, path)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        responses = list(pool.map(one, range(THREADS)))
    assert {(response.status, response.body) for response in responses} == {(200, responses[0].body)}
    assert len(round_trips) == 2


def test_a_lost_database_connection_fails_no_request(
    concert: Event, fast_path: WSGIApplication, django: Django
) -> None:
    path = f"/api/event/{concert.pk}"
    expected = get(django_application, path).body
    warm_up(fast_path)
    get(fast_path, "/api/event")  # so that the connection is not checked before it is used
    assert connection.connection is not None
    connection.connection.close()
    assert get(fast_path, path).body == expected
    assert django.paths == []
