"""Load shedding and read-only mode: which calls are refused at once, and which are still served."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.holds.models import Booking
from bookings.testing.surgery import altered
from core import feature_switches, read_only
from core.concurrency import ConcurrencyLimiter
from core.errors import Overloaded
from events.models import Event
from realtime.tests.servers import Server, granian

LOCK = 770_077  # of the test, on which the altered hold waits
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
ClientOf = Callable[[User | None], APIClient]
HoldRequest = dict[str, Any]


# --- The limiter --------------------------------------------------------------------------------------


def test_as_many_as_the_limit_have_a_slot_at_once() -> None:
    limiter = ConcurrencyLimiter(2, stall=0.05)
    with limiter.slot(), limiter.slot():
        assert limiter.in_use == 2
        with pytest.raises(Overloaded) as refusal, limiter.slot():
            pass
    assert limiter.in_use == 0
    assert refusal.value.extra["retry_after"] > 0
    with limiter.slot():
        assert limiter.in_use == 1


def test_one_more_thread_waits_for_a_slot() -> None:
    limiter, waits, done = ConcurrencyLimiter(1, stall=5), threading.Event(), threading.Event()

    def wait_for_a_slot() -> None:
        waits.set()
        with limiter.slot():
            done.set()

    with limiter.slot():
        thread = threading.Thread(target=wait_for_a_slot)
        thread.start()
        waits.wait(5)
        assert not done.is_set()
    thread.join(5)
    assert done.is_set()


def test_the_wait_for_a_slot_is_limited() -> None:
    limiter = ConcurrencyLimiter(1, stall=60, wait=0.05)
    with limiter.slot(), pytest.raises(Overloaded), limiter.slot():
        pass


def test_a_slot_is_free_again_after_an_error() -> None:
    limiter = ConcurrencyLimiter(1, stall=0.05)
    with pytest.raises(ZeroDivisionError), limiter.slot():
        raise ZeroDivisionError
    assert limiter.in_use == 0


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    with granian(API_RATE="", BOOKING_RATE="", BOT_CHALLENGE="off", WRITES_IN_FLIGHT="4", LOG_LEVEL="WARNING") as web:
        yield web


@pytest.fixture
def crowd(server: Server, concert: Event, new_user: Callable[..., User]) -> Callable[[int], httpx.Response]:
    """A function with which the n-th buyer requests a seat."""
    buyers = [tokens_for(new_user(f"buyer{number}"))["access"] for number in range(8)]
    where = {"event_id": concert.pk, "section": "A", "subsection": 1}

    def request_seat(number: int) -> httpx.Response:
        hold_request = where | {"seat_selection_mode": "best_available", "quantity": 1}
        return httpx.post(
            f"{server.url}/api/booking",
            json=hold_request,
            headers={"Authorization": f"Bearer {buyers[number]}"},
            timeout=30,
        )

    return request_seat


def test_slow_writes_are_refused_at_once_and_reads_go_on(
    server: Server, concert: Event, crowd: Callable[[int], httpx.Response]
) -> None:
    responses: list[httpx.Response] = []
    slow = ("-- 4. Move the seats", f"PERFORM pg_advisory_xact_lock({LOCK}); -- 4. Move the seats")
    with altered("bookings_hold", slow), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        threads = [threading.Thread(target=lambda n=n: responses.append(crowd(n))) for n in range(4)]
        for thread in threads:
            thread.start()
        wait_for(lambda: waiting_in_the_database() == 4, seconds=4)  # lock_timeout is five

        refusals = [crowd(number) for number in (4, 5, 6)]
        reads = [httpx.get(f"{server.url}/api/event/{concert.pk}", timeout=5) for _ in range(10)]
        pages = [httpx.get(f"{server.url}/events/{concert.pk}", timeout=5)]
        assert waiting_in_the_database() == 4
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        for thread in threads:
            thread.join(10)

    assert [response.status_code for response in responses] == [201] * 4
    for refusal in refusals:
        assert (refusal.status_code, refusal.json()["code"]) == (503, "overloaded")
        assert int(refusal.headers["Retry-After"]) > 0
    assert {response.status_code for response in [*reads, *pages]} == {200}
    assert crowd(7).status_code == 201
    assert Booking.objects.count() == 5


def waiting_in_the_database() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


# --- Read-only ------------------------------------------------------------------------------------------


@pytest.fixture
def hold_request(concert: Event) -> HoldRequest:
    where = {"event_id": concert.pk, "section": "A", "subsection": 1}
    return where | {"seat_selection_mode": "best_available", "quantity": 2}


@pytest.mark.django_db
def test_by_switch_nothing_is_changed_and_reading_goes_on(
    alice: User, olga: User, concert: Event, hold_request: HoldRequest, client_of: ClientOf
) -> None:
    browser = client_of(alice)
    feature_switches.turn(name=feature_switches.READ_ONLY, on=True, by=olga)
    refusal = browser.post("/api/booking", hold_request)
    assert (refusal.status_code, refusal.json()["code"]) == (503, "read_only")
    assert int(refusal["Retry-After"]) == refusal.json()["retry_after"]
    assert not Booking.objects.exists()
    for path in (f"/api/event/{concert.pk}", f"/api/event/{concert.pk}/seatmap", "/api/booking", "/bookings", "/"):
        response = browser.get(path)
        assert (response.status_code, response["X-Read-Only"]) == (200, "1")
    assert 'id="read-only" >' in browser.get("/bookings").content.decode()
    feature_switches.turn(name=feature_switches.READ_ONLY, on=False, by=olga)
    assert browser.post("/api/booking", hold_request).status_code == 201
    assert "X-Read-Only" not in browser.get("/api/event")
    assert 'id="read-only" hidden>' in browser.get("/bookings").content.decode()


@pytest.mark.django_db
def test_pages_that_write_are_refused_with_a_page(olga: User, client_of: ClientOf) -> None:
    browser = client_of(olga)
    feature_switches.turn(name=feature_switches.READ_ONLY, on=True, by=olga)
    response = browser.post("/admin/accounts/user/add/", {})
    assert (response.status_code, response["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "nothing can be changed" in response.content.decode()
    assert response["Retry-After"]


@pytest.mark.django_db
def test_readyz_says_that_nothing_can_be_changed(client: Client, olga: User) -> None:
    assert client.get("/readyz").json()["read_only"] is None
    feature_switches.turn(name=feature_switches.READ_ONLY, on=True, by=olga)
    assert client.get("/readyz").json()["read_only"] == "switch"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_refuses_writes_makes_it_read_only_until_it_accepts_them(
    alice: User, concert: Event, hold_request: HoldRequest, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_of(alice)
    with no_writes():
        refusal = browser.post("/api/booking", hold_request)
        assert (refusal.status_code, refusal.json()["code"]) == (503, "read_only")
        assert read_only.known_cause() == "database"
        assert browser.post("/api/booking", hold_request).json()["code"] == "read_only"
        assert browser.get(f"/api/event/{concert.pk}/seatmap").status_code == 200
        assert browser.get("/bookings")["X-Read-Only"] == "1"
        monkeypatch.setattr(read_only, "TRY_SECONDS", 0)
        assert browser.get("/bookings")["X-Read-Only"] == "1"  # it was tried, without success
    assert "X-Read-Only" not in browser.get("/bookings")
    assert browser.post("/api/booking", hold_request).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_page_that_finds_the_database_read_only_says_so(olga: User, client: Client) -> None:
    client.raise_request_exception = False
    with no_writes():
        page = client.post("/admin/login/", {"username": olga.email, "password": "correct-horse-battery"})
    assert (page.status_code, page["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "nothing can be changed" in page.content.decode()
    assert page["X-Read-Only"] == "1"


@pytest.mark.django_db(transaction=True)
def test_while_the_database_refuses_writes_reads_go_on_and_no_confirmed_booking_is_lost(
    server: Server, new_event: Callable[..., Event], new_user: Callable[..., User]
) -> None:
    hall = new_event(rows=100, cols=100, max_active_holds=10_000)
    buyers = [tokens_for(new_user(f"buyer{number}"))["access"] for number in range(4)]
    holds: list[httpx.Response] = []
    reads: list[int] = []
    over = threading.Event()

    def keep_holding(token: str) -> None:
        where = {"event_id": hall.pk, "section": "A", "subsection": 1 + len(holds) % 2}
        hold_request = where | {"seat_selection_mode": "best_available", "quantity": 1}
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=20) as client:
            while not over.is_set():
                holds.append(client.post("/api/booking", json=hold_request))
                over.wait(0.02)

    def keep_reading() -> None:
        with httpx.Client(base_url=server.url, timeout=20) as client:
            while not over.is_set():
                reads.extend(client.get(path).status_code for path in (f"/api/event/{hall.pk}/seatmap", "/"))

    threads = [threading.Thread(target=keep_holding, args=(token,)) for token in buyers]
    threads += [threading.Thread(target=keep_reading)]
    for thread in threads:
        thread.start()
    wait_for(lambda: codes(holds).get("", 0) > 10)
    with no_writes(end_others=True):
        wait_for(lambda: codes(holds).get("read_only", 0) > 20)
    held = codes(holds)[""]
    wait_for(lambda: codes(holds)[""] > held + 10)
    over.set()
    for thread in threads:
        thread.join(20)

    assert set(codes(holds)) <= {"", "read_only", "overloaded"}
    assert set(reads) == {200}
    confirmed = {response.json()["id"] for response in holds if response.status_code == 201}
    assert confirmed <= {str(pk) for pk in Booking.objects.values_list("pk", flat=True)}
    assert len(confirmed) == codes(holds)[""]


def codes(responses: list[httpx.Response]) -> Counter[str]:
    """Count the responses by error code; "" means success."""
    return Counter("" if response.status_code == 201 else response.json()["code"] for response in list(responses))


@contextmanager
def no_writes(*, end_others: bool = False) -> Iterator[None]:
    """Make new sessions of the database read-only; with `end_others`, end the open ones, as in a failover."""
    name = connection.settings_dict["NAME"]
    own = psycopg.connect(
        settings.DATABASE_URL, dbname=name, autocommit=True, options="-c default_transaction_read_only=off"
    )
    with own:
        own.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        connection.close()
        if end_others:
            own.execute(END_OTHERS)
        try:
            yield
        finally:
            own.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
            connection.close()
