"""The express lane of the shop window says what the ordinary way says, as soon, and leaves to it what it must."""

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
from bookings.models import Booking
from events import express
from events.express import LANES, LIFE_SECONDS
from events.microcache import MicroCache
from events.models import Event
from ticketing.express import Express
from ticketing.wsgi import ordinary

Hold = Callable[..., Booking]
NewEvent = Callable[..., Event]
CROWD = 6

pytestmark = pytest.mark.django_db(transaction=True)  # the ways end requests, and with them a test's transaction


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Ordinary:
    """The ordinary way, which notes what came to it."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.paths += [environ["PATH_INFO"]] if environ["PATH_INFO"] != "/healthz" else []
        return ordinary(environ, start_response)


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
    new = MicroCache(life=LIFE_SECONDS, wait=5, entries=express.CACHE_ENTRIES, size=express.CACHE_BYTES)
    monkeypatch.setattr(express, "ready", new)


@pytest.fixture
def behind() -> Ordinary:
    return Ordinary()


@pytest.fixture
def lane(behind: Ordinary) -> WSGIApplication:
    return Express(behind, LANES)


@pytest.fixture
def paths(concert: Event, new_event: NewEvent) -> list[str]:
    """Everything in the lane, about the concert and two more events."""
    new_event(name="Zydeco · ☂", starts_at="2027-01-01T20:00:00.5Z", sales_end_at="2027-01-01T00:00:00+02:00")
    new_event(name="Another", description='"quoted" <b>\n')
    queries = ["", "?page_size=2", "?page=2&page_size=2", "?ordering=-name&q=a", "?price_min=1&venue=hall&page_size=1"]
    event = f"/api/event/{concert.pk}"
    lists = [f"/api/event{slash}{query}" for slash in ("", "/") for query in queries]
    return [*lists, event, f"{event}/", f"{event}/seatmap"]


def outlive() -> None:
    """Until nothing that was read before counts any more."""
    time.sleep(LIFE_SECONDS)


def settle(lane: WSGIApplication) -> None:
    """The lane has heard what the ordinary way adds, and has looked at the connection."""
    for _ in range(2):
        ask(lane, "/api/event?q=settle")
        outlive()


def test_both_ways_say_the_same_before_and_after_a_change(
    paths: list[str], lane: WSGIApplication, behind: Ordinary, hold: Hold, alice: User, concert: Event
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
            usual, fast = ask(ordinary, path), ask(lane, path)
            assert (fast.status, fast.body) == (usual.status, usual.body)
            for name in ("content-type", "etag", "cache-control", "vary", "content-length", "x-frame-options"):
                assert fast.headers[name] == usual.headers[name], name
        seen.append(ask(lane, paths[-1]).headers["etag"])
    assert len(set(seen)) == len(seen)
    assert behind.paths == []


def test_both_ways_know_what_the_caller_has(
    paths: list[str], lane: WSGIApplication, behind: Ordinary, hold: Hold, alice: User
) -> None:
    tags = {path: ask(ordinary, path).headers["etag"] for path in paths}
    for path, tag in tags.items():
        for way in (ordinary, lane):
            unchanged = ask(way, path, IF_NONE_MATCH=f'"other", {tag}')
            assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", tag)
    hold(alice)
    outlive()
    for path, tag in tags.items():
        shows = ask(ordinary, path).headers["etag"] != tag  # not every page of the list shows the concert
        expected = 200 if shows else 304
        assert [ask(way, path, IF_NONE_MATCH=tag).status for way in (ordinary, lane)] == [expected] * 2
    assert behind.paths == []


def test_a_packed_answer_unpacks_to_the_same(paths: list[str], lane: WSGIApplication) -> None:
    for path in paths:
        packed = ask(lane, path, ACCEPT_ENCODING="gzip, deflate, br")
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == ask(lane, path).body


def test_a_map_of_fifty_thousand_seats_is_under_60_kb(new_event: NewEvent, lane: WSGIApplication) -> None:
    arena = new_event([{"name": name, "price": 1, "subsections": 10} for name in "ABCDEFGHIJ"], rows=25, cols=20)
    packed = ask(lane, f"/api/event/{arena.pk}/seatmap", ACCEPT_ENCODING="gzip")
    assert len(packed.body) < 60_000
    assert b"a" * 500 in gzip.decompress(packed.body)


def test_what_depends_on_the_caller_or_is_not_plain_goes_the_ordinary_way(
    concert: Event, new_event: NewEvent, carol: User, lane: WSGIApplication, behind: Ordinary
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
        ("/api/event?q=" + "a" * express.MAX_QUERY, {}, 400),
        ("/api/event?price_min=x", {}, 400),
        ("/api/event?q=%00", {}, 400),
        ("/api/event?page=99", {}, 404),
        ("/api/event/0", {}, 404),
        ("/api/event/" + "9" * 18, {}, 404),
        ("/api/event/" + "9" * 40 + "/seatmap", {}, 404),
    ]
    for path, headers, status in calls:
        behind.paths.clear()
        answer, usual = ask(lane, path, **headers), ask(ordinary, path, **headers)
        assert (answer.status, len(behind.paths)) == (status, 1), path
        assert (usual.status, usual.body) == (status, answer.body), path


def test_a_draft_shown_to_its_seller_is_shown_to_nobody_else(
    new_event: NewEvent, carol: User, lane: WSGIApplication, client_of: Any
) -> None:
    draft = new_event(draft=True)
    path, cookies = f"/api/event/{draft.pk}", client_of(carol).cookies
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    assert [ask(lane, path, COOKIE=cookie).status, ask(lane, path).status] == [200, 404]


def test_an_event_taken_back_is_gone_as_soon(concert: Event, lane: WSGIApplication) -> None:
    path = f"/api/event/{concert.pk}"
    assert ask(lane, path).status == 200
    Event.objects.filter(pk=concert.pk).update(status="draft")
    outlive()
    assert ask(lane, path).status == 404


def test_the_links_of_a_page_lead_to_the_host_that_was_asked(paths: list[str], lane: WSGIApplication) -> None:
    links = [ask(lane, "/api/event?page_size=1", HOST=host).body for host in ("127.0.0.1:8000", "localhost")]
    assert b'"next":"http://127.0.0.1:8000/api/event?page=2&page_size=1"' in links[0]
    assert b'"next":"http://localhost/api/event?page=2&page_size=1"' in links[1]


@pytest.mark.parametrize(("path", "made", "proven"), [("", 2, 2), ("/{0}", 2, 1), ("/{0}/seatmap", 2, 1)])
def test_what_it_costs_the_database(
    concert: Event, lane: WSGIApplication, round_trips: list[None], path: str, made: int, proven: int
) -> None:
    path = f"/api/event{path.format(concert.pk)}"
    settle(lane)
    round_trips.clear()
    ask(lane, path)
    assert len(round_trips) == made
    outlive()
    ask(lane, path)
    assert len(round_trips) == made + proven


def test_a_crowd_asks_the_database_once(
    concert: Event, lane: WSGIApplication, round_trips: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = MicroCache(life=60, wait=60, entries=9, size=1_000_000)  # however slow the threads are to start
    monkeypatch.setattr(express, "ready", patient)
    path, all_there = f"/api/event/{concert.pk}/seatmap", threading.Barrier(CROWD)
    settle(lane)

    def one(_: int) -> Answer:
        connection.ensure_connection()
        try:
            all_there.wait(60)
            round_trips.clear()
            all_there.wait(60)
            return ask(lane, path)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        answers = list(crowd.map(one, range(CROWD)))
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    assert len(round_trips) == 2


def test_a_connection_that_was_lost_costs_nobody_an_answer(
    concert: Event, lane: WSGIApplication, behind: Ordinary
) -> None:
    path = f"/api/event/{concert.pk}"
    expected = ask(ordinary, path).body
    settle(lane)
    assert connection.connection is not None
    connection.connection.close()
    assert ask(lane, path).body == expected
    assert behind.paths == [path]
