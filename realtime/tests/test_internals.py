"""The choice between fast and portable implementations, and what the portable transport does on its own."""

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from daphne.server import Server
from django.core.exceptions import ImproperlyConfigured
from structlog.testing import capture_logs
from twisted.internet import tcp

from realtime import connections, internals
from realtime.frames import frame_texts, socket_frame
from realtime.internals import channels_redis, daphne
from realtime.portable import PortableSocket, PortableStream
from realtime.tests.broken_twisted import WithoutBufferLength

SIZES = (0, 1, 100, 200, 65_500, 70_000)


@pytest.fixture(autouse=True)
def _fresh_choice():
    for cached in (connections.use_fast_transport, connections._report_other_server):
        cached.cache_clear()
    yield
    for cached in (connections.use_fast_transport, connections._report_other_server):
        cached.cache_clear()


async def _send(message: dict[str, Any]) -> None:
    """An ASGI `send` of some other server than Daphne."""


async def _receive() -> dict[str, Any]:
    """An ASGI `receive` whose client sends nothing."""
    await asyncio.Event().wait()
    raise AssertionError


def test_the_self_checks_pass_with_the_installed_versions():
    from channels.layers import get_channel_layer

    assert daphne.find_problem() is None
    assert channels_redis.find_problem(get_channel_layer()) is None


def test_a_failed_self_check_chooses_the_portable_transport_and_is_logged(monkeypatch):
    monkeypatch.setattr(tcp, "Connection", WithoutBufferLength)
    with capture_logs() as logs:
        assert not connections.use_fast_transport()
    assert [(line["event"], line["part"]) for line in logs] == [("portable_fallback_used", "client transport")]
    assert "_tempDataLen" in logs[0]["reason"]


@pytest.mark.parametrize("missing", ["handle_reply"])
def test_a_daphne_without_what_is_needed_chooses_the_portable_transport(monkeypatch, missing):
    monkeypatch.delattr(Server, missing)
    assert not connections.use_fast_transport()


def test_bytes_that_twisted_no_longer_sends_at_once_are_a_problem(monkeypatch):
    monkeypatch.setattr(daphne, "_send", lambda client, data: 0)
    assert "at once" in str(daphne.find_problem())


def test_the_fast_transport_can_be_required(settings, monkeypatch):
    settings.REALTIME_FAST_TRANSPORT = "on"
    assert connections.use_fast_transport()
    with pytest.raises(ImproperlyConfigured, match="Daphne"):
        connections.open_transport(PortableSocket, _send, _receive)
    connections.use_fast_transport.cache_clear()
    monkeypatch.setattr(tcp, "Connection", WithoutBufferLength)
    with pytest.raises(ImproperlyConfigured, match="_tempDataLen"):
        connections.use_fast_transport()


def test_the_fast_transport_can_be_switched_off(settings, monkeypatch):
    settings.REALTIME_FAST_TRANSPORT = "off"
    monkeypatch.setattr(daphne, "find_problem", lambda: pytest.fail("was checked"))
    assert not connections.use_fast_transport()


def test_an_unknown_mode_is_refused(settings):
    settings.REALTIME_FAST_TRANSPORT = "yes"
    with pytest.raises(ImproperlyConfigured, match="auto, on, off"):
        internals.wanted("client transport")


def test_another_server_than_daphne_gets_the_portable_transport_and_one_log_line():
    async def opened() -> list[object]:
        return [connections.open_transport(PortableStream, _send, _receive) for _ in range(3)]

    with capture_logs() as logs:
        assert {type(transport) for transport in asyncio.run(opened())} == {PortableStream}
    assert [line["event"] for line in logs] == ["portable_fallback_used"]


def test_a_connection_that_tls_encrypts_gets_the_portable_transport():
    """Bytes written to its socket would not be encrypted."""

    class Protocol:
        transport = tcp.Connection.__new__(tcp.Connection)

    send = partial(Server.handle_reply.__get__(object()), Protocol)
    assert daphne.transport_of(send, _receive) is not None
    Protocol.transport.TLS = True
    assert daphne.transport_of(send, _receive) is None


def test_texts_of_joined_frames_are_found_again():
    messages = [{"text": "ü" * size} for size in SIZES]
    texts = frame_texts(b"".join(map(socket_frame, messages)))
    assert [f'{{"text":"{message["text"]}"}}' for message in messages] == list(texts)


class SlowServer:
    """An ASGI server whose client reads only on demand."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.reading = asyncio.Event()

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] != "websocket.close":
            await self.reading.wait()
        self.sent.append(message)


def test_the_portable_transport_counts_what_the_client_has_not_taken():
    async def scenario() -> None:
        server = SlowServer()
        transport = PortableSocket(server.send, _receive)
        frames = [socket_frame({"number": number}) for number in range(3)]
        assert [transport.write(frame) for frame in frames] == [14, 28, 42]
        server.reading.set()
        await transport.send({"type": "websocket.close", "code": 4401})
        assert transport.unsent == 0
        texts = [f'{{"number":{number}}}' for number in range(3)]
        assert [message.get("text", message.get("code")) for message in server.sent] == [*texts, 4401]

    asyncio.run(scenario())


def test_the_portable_transport_ends_the_application_when_it_is_aborted():
    async def scenario() -> None:
        server = SlowServer()
        transport = PortableSocket(server.send, _receive)
        transport.write(socket_frame({"number": 1}))
        await asyncio.sleep(0)
        transport.abort()
        async with asyncio.timeout(1):
            assert await transport.receive() == {"type": "websocket.disconnect"}
        server.reading.set()
        transport.write(socket_frame({"number": 2}))
        await asyncio.sleep(0.01)
        assert server.sent == [{"type": "websocket.close"}]

    asyncio.run(scenario())


def test_the_portable_transport_survives_a_server_that_raises_when_the_client_has_gone():
    async def scenario() -> None:
        async def send(message: dict[str, Any]) -> None:
            raise OSError("the client has gone")

        transport = PortableStream(send, _receive)
        transport.write(b"1")
        await asyncio.sleep(0.01)
        assert transport.unsent == 0
        await transport.send({"type": "http.response.body", "body": b""})

    asyncio.run(scenario())


def test_no_other_module_uses_these_internals():
    """Names of Daphne, Twisted and channels_redis that are not part of their public interfaces."""
    names = re.compile(r"\._kwargs\b|\._tempData|\.dataBuffer\b|__func__|\.handle_reply\b|\._get_group_channel_name\b")
    root = Path(internals.__file__).parents[2]
    apps = ("accounts", "benchmarks", "bookings", "chaos", "events", "realtime", "ticketing")
    found = {
        path.relative_to(root) for app in apps for path in (root / app).rglob("*.py") if names.search(path.read_text())
    }
    allowed = {Path("realtime/internals/daphne.py"), Path("realtime/internals/channels_redis.py")}
    assert {path for path in found if "tests" not in path.parts} == allowed
