"""The load generator, against a server whose response depends on the path."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from benchmarks.tools.client import Address, Connection, parse, request
from benchmarks.tools.load import Client, closed_loop, open_loop, shared

RESPONSES = {
    b"/created": b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
    b"/unchanged": b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 9\r\n\r\n',
    b"/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n",
}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        path = head.split(b" ")[1]
        if path not in RESPONSES:
            break
        for byte in RESPONSES[path]:  # in small pieces, as on a slow network
            writer.write(bytes([byte]))
            await writer.drain()
    writer.close()


@asynccontextmanager
async def server() -> AsyncIterator[Address]:
    async with await asyncio.start_server(_serve, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[:2]


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 20))


@pytest.mark.parametrize("path", RESPONSES)
def test_an_incomplete_response_is_not_parsed(path):
    whole = RESPONSES[path]
    assert parse(whole) is not None
    assert all(parse(whole[:length]) is None for length in range(len(whole)))


def test_a_compressed_body_is_decoded():
    body = gzip.compress(json.dumps({"seats": "ar"}).encode())
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
    response = parse(head + body)
    assert response is not None and response.json() == {"seats": "ar"}


def test_each_client_gets_the_responses_to_its_requests():
    received: list[int] = []

    def client() -> Client:
        for path in ("/created", "/unchanged", "/chunked"):
            response = yield request("GET", path)
            received.append(response.status)

    async def test() -> None:
        async with server() as address:
            tally = await closed_loop(address, [client(), client()])
        assert tally.statuses == {200: 2, 201: 2, 304: 2}

    run(test())
    assert sorted(received) == [200, 200, 201, 201, 304, 304]


def test_an_exception_in_a_client_ends_the_closed_loop():
    def client() -> Client:
        yield request("GET", "/created")
        raise RuntimeError("enough")

    async def test() -> None:
        async with server() as address:
            with pytest.raises(RuntimeError, match="enough"):
                await closed_loop(address, [client()])

    run(test())


def test_the_open_loop_sends_everything_with_too_few_connections():
    async def test() -> None:
        async with server() as address:
            requests = [request("GET", "/created")] * 30
            tally = await open_loop(address, requests, rate=10_000, connections=2)
        assert tally.statuses == {201: 30}

    run(test())


def test_a_closed_connection_ends_the_closed_loop():
    async def test() -> None:
        async with server() as address:
            with pytest.raises(ConnectionError):
                await closed_loop(address, shared([request("GET", "/gone")], 2))

    run(test())


def test_a_closed_connection_ends_the_open_loop():
    async def test() -> None:
        async with server() as address:
            with pytest.raises(ConnectionError):
                await open_loop(address, [request("GET", "/gone")] * 3, rate=100)

    run(test())


def test_clients_share_requests_until_none_is_left():
    async def test() -> None:
        async with server() as address:
            tally = await closed_loop(address, shared([request("GET", "/created")] * 7, 3))
        assert tally.statuses == {201: 7}

    run(test())


def test_clients_who_share_requests_stop_when_time_is_up():
    async def test() -> None:
        async with server() as address:
            tally = await closed_loop(address, shared([request("GET", "/created")] * 7, 3, seconds=0))
        assert not tally.statuses

    run(test())


def test_a_closed_connection_is_an_error_of_a_single_request():
    async def test() -> None:
        async with server() as address:
            connection = await Connection.open(address)
            with pytest.raises(ConnectionError):
                await connection.send(request("GET", "/gone"))

    run(test())
