"""The fast and the portable transport on real servers: in order, complete, and not for clients that don't read."""

import json
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from realtime.tests.servers import Server, daphne, granian_asgi
from realtime.viewer import MAX_UNSENT

ENDLESS = 10**12
MEGABYTE = 1024 * 1024
FLOOD = "realtime.tests.flood:application"
MODES: dict[str, dict[str, Any]] = {
    "fast": {"REALTIME_FAST_TRANSPORT": "on"},
    "switched off": {"REALTIME_FAST_TRANSPORT": "off"},
    "failed self-check": {"FLOOD_BREAK_TWISTED": "1"},
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", params=MODES)
def server(django_db_setup, request):
    with daphne(FLOOD, **MODES[request.param]) as server:
        yield server


@pytest.fixture(scope="module")
def fast_server(django_db_setup):
    with daphne(FLOOD, **MODES["fast"]) as server:
        yield server


@pytest.fixture(scope="module")
def portable_server(django_db_setup):
    with daphne(FLOOD, **MODES["switched off"]) as server:
        yield server


def connect(server: Server, upgrade: bool, unsent: int = ENDLESS, buffer: int = 4096) -> socket.socket:
    """A client, by default with a small buffer, which has sent its request and read nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.connect(("127.0.0.1", server.port))
    request = f"GET /flood/{unsent} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    if upgrade:
        request += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        request += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    client.sendall(f"{request}\r\n".encode())
    return client


def was_reset(client: socket.socket) -> bool:
    try:
        with client:
            while client.recv(MEGABYTE):
                pass
    except ConnectionResetError:
        return True
    return False


def was_closed(client: socket.socket) -> bool:
    """Whether the server closes the connection, after what it had sent already."""
    client.settimeout(10)
    try:
        with client:
            while client.recv(MEGABYTE):
                pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def logged(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]


def fallbacks(path: Path) -> list[str]:
    return [line["reason"] for line in logged(path) if line["event"] == "portable_fallback_used"]


def test_frames_arrive_whole_and_in_order_also_when_they_had_to_wait(server):
    with server.socket("/flood/300000", max_size=None, close_timeout=0.1) as viewer:
        for number in range(300):
            assert viewer.receive()["number"] == number
            if number % 50 == 0:
                time.sleep(0.05)  # meanwhile they wait


def test_messages_of_a_stream_arrive_whole_and_in_order(server):
    with server.stream("/flood/300000") as stream:
        for number in range(300):
            assert stream.receive().id == str(number)
            if number % 50 == 0:
                time.sleep(0.05)


@pytest.mark.parametrize("upgrade", [True, False])
def test_the_portable_transport_sends_the_same_bytes(fast_server, portable_server, upgrade):
    def received(server: Server) -> bytes:
        data = b""
        with connect(server, upgrade, unsent=300_000, buffer=MEGABYTE) as client:
            client.settimeout(5)
            while len(data) < 2 * MEGABYTE:
                data += client.recv(MEGABYTE)
        body = data[data.index(b"\r\n\r\n") :]
        return re.sub(rb"retry: \d+", b"", body, count=1)[: 2 * MEGABYTE - 1000]  # headers may differ in length

    assert received(fast_server) == received(portable_server)


@pytest.mark.parametrize("upgrade", [True, False])
def test_a_client_that_does_not_read_is_dropped_and_costs_little_memory(fast_server, upgrade):
    before = fast_server.memory()
    clients = [connect(fast_server, upgrade) for _ in range(5)]
    highest, end = before, time.monotonic() + 2
    while time.monotonic() < end:
        highest = max(highest, fast_server.memory())
        time.sleep(0.02)
    assert highest - before < len(clients) * (MAX_UNSENT + MEGABYTE) + 10 * MEGABYTE
    for client in clients:
        assert was_reset(client)


@pytest.mark.parametrize("upgrade", [True, False])
def test_the_portable_transport_drops_a_client_that_does_not_read_where_send_waits(tmp_path, upgrade):
    log = tmp_path / "log"
    with granian_asgi(FLOOD, log=log) as server, connect(server, upgrade):
        end = time.monotonic() + 10
        while not any(line["event"] == "viewer_dropped" for line in logged(log)):
            assert time.monotonic() < end
            time.sleep(0.05)


def test_without_the_fast_transport_daphne_drops_a_websocket_that_does_not_answer_pings():
    options = ("--ping-interval", "1", "--ping-timeout", "1")
    with daphne(FLOOD, options=options, REALTIME_FAST_TRANSPORT="off", FLOOD_PAUSE="0.1") as server:
        client = connect(server, upgrade=True, buffer=MEGABYTE)
        time.sleep(6)
        assert was_closed(client)


def test_frames_and_messages_arrive_from_another_server_than_daphne():
    with granian_asgi(FLOOD) as server:
        with server.socket("/flood/300000", max_size=None, close_timeout=0.1) as viewer:
            for number in range(50):
                assert viewer.receive()["number"] == number
        with server.stream("/flood/300000") as stream:
            for number in range(50):
                assert stream.receive().id == str(number)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("fast", None), ("switched off", "REALTIME_FAST_TRANSPORT is off"), ("failed self-check", "_tempDataLen")],
)
def test_the_log_says_why_the_portable_transport_is_used(tmp_path, mode, reason):
    with daphne(FLOOD, log=tmp_path / "log", **MODES[mode]):
        pass
    reasons = fallbacks(tmp_path / "log")
    assert len(reasons) == (0 if reason is None else 1)
    assert all(reason in each for each in reasons)
