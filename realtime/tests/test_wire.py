"""The way to a client, on a real Daphne: in order, whole, and not for those who don't read."""

import socket
import time

import pytest

from realtime.tests.servers import Server, daphne
from realtime.viewer import MAX_UNSENT
from realtime.wire import Wire

ENDLESS = 10**12
MEGABYTE = 1024 * 1024

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(django_db_setup):
    with daphne("realtime.tests.flood:application") as server:
        yield server


def open_without_reading(server: Server, upgrade: bool) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    request = f"GET /flood/{ENDLESS} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
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
def test_a_client_that_does_not_read_is_dropped_and_costs_little_memory(server, upgrade):
    before = server.memory()
    clients = [open_without_reading(server, upgrade) for _ in range(5)]
    highest, end = before, time.monotonic() + 2
    while time.monotonic() < end:
        highest = max(highest, server.memory())
        time.sleep(0.02)
    assert highest - before < len(clients) * (MAX_UNSENT + MEGABYTE) + 10 * MEGABYTE
    for client in clients:
        assert was_reset(client)


def test_another_server_than_daphne_is_refused():
    async def send(message):
        """Of some other server."""

    with pytest.raises(TypeError, match="Daphne"):
        Wire(send)
