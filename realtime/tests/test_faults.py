"""The feed survives the loss of Redis and of the database."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import uuid4

import httpx
import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed

from events.inventory.blocking import block_seats, unblock_seats
from realtime.database import WAIT_SECONDS
from realtime.publish import Publisher
from realtime.tests.servers import daphne, free_port, valkey
from realtime.tests.tcp_proxy import database_url_through, running_proxy

pytestmark = pytest.mark.django_db(transaction=True)


def delay(viewer, change) -> float:
    """Seconds from the change to its frame."""
    started = time.monotonic()
    change()
    viewer.expect("counts_changed")
    return time.monotonic() - started


def is_soon_immediate(viewer, change, within: float) -> bool:
    """Whether, after some seconds at most, changes arrive as fast as published messages do."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if delay(viewer, change) < 0.1:
            return True
    return False


def test_redis_killed_and_restarted_costs_a_second_a_change_and_then_nothing(concert, carol, monkeypatch, tmp_path):
    def change() -> None:
        seat = f"1-{next(numbers) % 10 + 1}"
        block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=[seat])
        unblock_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=[seat])

    numbers = count()
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    publisher = Publisher(RedisPubSubChannelLayer(hosts=[url], prefix="ticketing-0"))
    monkeypatch.setattr("realtime.publish._publisher", lambda: publisher)
    with daphne(REDIS_URL=url) as server, server.socket(f"/ws/event/{concert.pk}") as viewer:
        viewer.expect("snapshot", timeout=1.5)  # Redis is not there yet
        assert delay(viewer, change) < 1.6
        with valkey(port, tmp_path) as redis:
            assert is_soon_immediate(viewer, change, within=3)
            redis.kill()
            assert delay(viewer, change) < 1.6
        with valkey(port, tmp_path):
            assert delay(viewer, change) < 1.6
            assert is_soon_immediate(viewer, change, within=5)


def test_the_feed_survives_the_loss_of_its_database_connections(
    live_server_of_streams, concert, hold, alice, monkeypatch
):
    """It queries the database a second later as usual, without waiting for a dead connection."""
    monkeypatch.setattr("realtime.publish.Publisher.publish", lambda self, messages: None)
    with live_server_of_streams.socket(f"/ws/event/{concert.pk}") as viewer:
        viewer.expect("snapshot")
        for seat in ("1-1", "1-2", "1-3"):
            end_connections()
            assert delay(viewer, lambda seat=seat: hold(alice, seat)) < 1.6


def test_a_viewer_is_asked_to_reconnect_later_while_the_database_is_away(concert):
    with daphne(DATABASE_URL=database_url_through(free_port())) as server:
        with server.socket(f"/ws/event/{concert.pk}") as viewer, pytest.raises(ConnectionClosed) as closed:
            viewer.expect("snapshot")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4503


def test_viewers_are_back_at_once_when_the_database_is(concert):
    """Failed attempts, however many, don't delay the next one."""
    port = free_port()
    with daphne(DATABASE_URL=database_url_through(port)) as server:
        for _ in range(3):
            with server.socket(f"/ws/event/{concert.pk}") as viewer, pytest.raises(ConnectionClosed):
                viewer.expect("snapshot")
        with running_proxy(port), server.socket(f"/ws/event/{concert.pk}") as viewer:
            viewer.expect("snapshot")


def test_a_pool_full_of_broken_connections_keeps_no_viewer_waiting(concert):
    """Django's requests to this process share a pool, whose broken connections take a second or more to find."""
    with daphne() as server:
        with ThreadPoolExecutor(8) as crowd:
            list(crowd.map(lambda _: httpx.get(f"{server.url}/api/event?q={uuid4()}"), range(64)))
        assert end_connections() > 3
        with server.socket(f"/ws/event/{concert.pk}") as viewer:
            viewer.expect("snapshot")


def test_a_database_that_does_not_answer_keeps_nobody_waiting_for_long(
    live_server_of_streams, concert, alice, client_of
):
    """Neither viewers whose statements hang, nor those who wait behind them for a thread."""
    server, path = live_server_of_streams, f"/ws/event/{concert.pk}"
    cookie = {"Cookie": f"sessionid={client_of(alice).cookies['sessionid'].value}"}

    def come(_) -> int:
        with server.socket(path, additional_headers=cookie) as viewer, pytest.raises(ConnectionClosed) as closed:
            viewer.expect("snapshot", timeout=WAIT_SECONDS + 5)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    with ThreadPoolExecutor(20) as crowd, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_session")
        assert set(crowd.map(come, range(20))) == {4503}
    with server.socket(path, additional_headers=cookie) as viewer:
        viewer.expect("snapshot")


def end_connections() -> int:
    """Ends all connections to the database but this one, and returns their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]
