"""The event list, an event and its seat map: the fast path and Django give the same answers, as fresh as promised."""

import gzip
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
CROWD = 6

pytestmark = pytest.mark.django_db(transaction=True)  # requests close connections, and so end a test's transaction


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Django:
    """Django's application, which notes what the fast path passes to it."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.paths.append(environ["PATH_INFO"])
        return django_application(environ, start_response)


def ask(application: WSGIApplication, path: str, **headers: str) -> Answer:
    """As a program asks: `headers` as in WSGI, without HTTP_."""
    sent = {f"HTTP_{name}": value for name, value in {"HOST": "127.0.0.1", **headers}.items()}
    heard: list[Any] = []
    parts = application(RequestFactory().get(path, **sent).environ, lambda *head: heard.extend(head))  # type: ignore
    body = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    return Answer(int(heard[0].split()[0]), {name.lower(): value for name, value in heard[1]}, body)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept from the test before."""
    new = MicroCache(life=handlers.LIFE_SECONDS, wait=5, entries=handlers.CACHE_ENTRIES, size=handlers.CACHE_BYTES)
    monkeypatch.setattr(handlers, "ready", new)


@pytest.fixture
def behind() -> Django:
    return Django()


@pytest.fixture
def fast_path(behind: Django) -> WSGIApplication:
    return FastPath(behind, application._routes)


@pytest.fixture
def paths(concert: Event, new_event: NewEvent) -> list[str]:
    """Everything on the fast path, about the concert and two more events."""
    new_event(name="Zydeco · ☂", starts_at="2027-01-01T20:00:00.5Z", sales_end_at="2027-01-01T00:00:00+02:00")
    new_event(name="Another", description='"quoted" <b>\n')
    queries = ["", "?page_size=2", "?page=2&page_size=2", "?ordering=-name&q=a", "?price_min=1&venue=hall&page_size=1"]
    event = f"/api/event/{concert.pk}"
    lists = [f"/api/event{slash}{query}" for slash in ("", "/") for query in queries]
    return [*lists, event, f"{event}/", f"{event}/seatmap"]


def outlive() -> None:
    """Until nothing that was read before counts any more."""
    time.sleep(handlers.LIFE_SECONDS)


def settle(fast_path: WSGIApplication) -> None:
    """The fast path has checked the connection."""
    for _ in range(2):
        ask(fast_path, "/api/event?q=settle")
        outlive()


def test_both_answer_the_same_before_and_after_a_change(
    paths: list[str], fast_path: WSGIApplication, behind: Django, hold: Hold, alice: User, concert: Event
) -> None:
    changes = [
        lambda: hold(alice, "1-1", "1-2"),
        lambda: Event.objects.filter(pk=concert.pk).update(name="By hand"),
        lambda: concert.subsections.update(price=1234),
    ]
    seen = []
    for change in [lambda: None, *changes]:
        change()
        outlive()
        for path in paths:
            usual, fast = ask(django_application, path), ask(fast_path, path)
            assert (fast.status, fast.body) == (usual.status, usual.body)
            for name in ("content-type", "etag", "cache-control", "vary", "content-length", "x-frame-options"):
                assert fast.headers[name] == usual.headers[name], name
        seen.append(ask(fast_path, paths[-1]).headers["etag"])
    assert len(set(seen)) == len(seen)
    assert behind.paths == []


def test_both_know_what_the_caller_has(
    paths: list[str], fast_path: WSGIApplication, behind: Django, hold: Hold, alice: User
) -> None:
    tags = {path: ask(django_application, path).headers["etag"] for path in paths}
    for path, tag in tags.items():
        for way in (django_application, fast_path):
            unchanged = ask(way, path, IF_NONE_MATCH=f'"other", {tag}')
            assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", tag)
    hold(alice)
    outlive()
    for path, tag in tags.items():
        shows = ask(django_application, path).headers["etag"] != tag  # not every page of the list shows the concert
        expected = 200 if shows else 304
        assert [ask(way, path, IF_NONE_MATCH=tag).status for way in (django_application, fast_path)] == [expected] * 2
    assert behind.paths == []


def test_a_packed_answer_unpacks_to_the_same(paths: list[str], fast_path: WSGIApplication) -> None:
    for path in paths:
        packed = ask(fast_path, path, ACCEPT_ENCODING="gzip, deflate, br")
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == ask(fast_path, path).body


def test_a_map_of_fifty_thousand_seats_is_under_60_kb(new_event: NewEvent, fast_path: WSGIApplication) -> None:
    arena = new_event([{"name": name, "price": 1, "subsections": 10} for name in "ABCDEFGHIJ"], rows=25, cols=20)
    packed = ask(fast_path, f"/api/event/{arena.pk}/seatmap", ACCEPT_ENCODING="gzip")
    assert len(packed.body) < 60_000
    assert b"a" * 500 in gzip.decompress(packed.body)


def test_what_depends_on_the_caller_or_is_unusual_is_answered_by_both_alike(
    concert: Event, new_event: NewEvent, carol: User, fast_path: WSGIApplication, behind: Django
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
        behind.paths.clear()
        answer, usual = ask(fast_path, path, **headers), ask(django_application, path, **headers)
        assert answer.status == status, path
        assert (usual.status, usual.body) == (status, answer.body), path
        assert bool(behind.paths) == ("ACCEPT" in headers or "format" in path), path


def test_a_draft_shown_to_its_seller_is_shown_to_nobody_else(
    new_event: NewEvent, carol: User, fast_path: WSGIApplication, client_of: Any
) -> None:
    draft = new_event(draft=True)
    path, cookies = f"/api/event/{draft.pk}", client_of(carol).cookies
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    assert [ask(fast_path, path, COOKIE=cookie).status, ask(fast_path, path).status] == [200, 404]


def test_an_event_taken_back_is_gone_as_soon(concert: Event, fast_path: WSGIApplication) -> None:
    path = f"/api/event/{concert.pk}"
    assert ask(fast_path, path).status == 200
    Event.objects.filter(pk=concert.pk).update(status="draft")
    outlive()
    assert ask(fast_path, path).status == 404


def test_the_links_of_a_page_lead_to_the_host_that_was_asked(paths: list[str], fast_path: WSGIApplication) -> None:
    links = [ask(fast_path, "/api/event?page_size=1", HOST=host).body for host in ("127.0.0.1:8000", "localhost")]
    assert b'"next":"http://127.0.0.1:8000/api/event?page=2&page_size=1"' in links[0]
    assert b'"next":"http://localhost/api/event?page=2&page_size=1"' in links[1]


@pytest.mark.parametrize(("path", "made", "proven"), [("", 2, 2), ("/{0}", 2, 1), ("/{0}/seatmap", 2, 1)])
def test_what_it_costs_the_database(
    concert: Event, fast_path: WSGIApplication, round_trips: list[None], path: str, made: int, proven: int
) -> None:
    path = f"/api/event{path.format(concert.pk)}"
    settle(fast_path)
    round_trips.clear()
    ask(fast_path, path)
    assert len(round_trips) == made
    outlive()
    ask(fast_path, path)
    assert len(round_trips) == made + proven


def test_a_crowd_asks_the_database_once(
    concert: Event, fast_path: WSGIApplication, round_trips: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = MicroCache(life=60, wait=60, entries=9, size=1_000_000)  # however slow the threads are to start
    monkeypatch.setattr(handlers, "ready", patient)
    path, all_there = f"/api/event/{concert.pk}/seatmap", threading.Barrier(CROWD)
    settle(fast_path)

    def one(_: int) -> Answer:
        connection.ensure_connection()
        try:
            all_there.wait(60)
            round_trips.clear()
            all_there.wait(60)
            return ask(fast_path, path)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        answers = list(crowd.map(one, range(CROWD)))
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    assert len(round_trips) == 2


def test_a_connection_that_was_lost_costs_nobody_an_answer(
    concert: Event, fast_path: WSGIApplication, behind: Django
) -> None:
    path = f"/api/event/{concert.pk}"
    expected = ask(django_application, path).body
    settle(fast_path)
    ask(fast_path, "/api/event")  # so that the connection is not checked before it is used
    assert connection.connection is not None
    connection.connection.close()
    assert ask(fast_path, path).body == expected
    assert behind.paths == []
