"""A lean HTTP/1.1 client on asyncio protocols: persistent connections, one request at a time on each.

It understands the responses of a local API (Content-Length, chunks, gzip) and costs a tenth of general clients, so
that on a small machine the load leaves the cores to the product.
"""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any, NamedTuple, cast

Address = tuple[str, int]
BODILESS = (204, 304)


class Response(NamedTuple):
    """An HTTP response; `body` as it was sent, possibly compressed."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of the first header with this name."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return next((value.strip() for key, _, value in pairs if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(gzip.decompress(self.body) if self.header("Content-Encoding") == "gzip" else self.body)


Outcome = Response | ConnectionError
OnOutcome = Callable[[Outcome], None]


def request(
    method: str, path: str, *, token: str | None = None, body: Any = None, headers: dict[str, str] | None = None
) -> bytes:
    """Return the bytes of a request, which can be sent many times."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = {"Host": "127.0.0.1", "Accept": "application/json"}
    if method != "GET":
        lines |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    if token is not None:
        lines["Authorization"] = f"Bearer {token}"
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | (headers or {})).items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


class Connection(asyncio.Protocol):
    """One persistent connection.

    It has no timeouts; callers limit the time of the whole measurement.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._on_outcome: OnOutcome | None = None

    @classmethod
    async def open(cls, address: Address) -> "Connection":
        """Open a connection to this address; raises OSError if nothing listens there."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, *address)
        return connection

    def start(self, request: bytes, on_outcome: OnOutcome) -> None:
        """Send a request and call `on_outcome` with the response, or a ConnectionError if the server hangs up.

        A callback costs less than a task or a future would.
        """
        self._buffer, self._on_outcome = b"", on_outcome
        if self._transport is None:
            self._settle(ConnectionError("The server has closed the connection."))
        else:
            self._transport.write(request)

    async def send(self, request: bytes) -> Response:
        """Return the response to a request. Raises ConnectionError if the server closes the connection."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.start(request, future.set_result)
        outcome = await future
        if isinstance(outcome, ConnectionError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        response = parse(self._buffer)
        if response is not None:
            self._settle(response)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._settle(ConnectionError(f"The server closed the connection: {error}"))

    def _settle(self, outcome: Outcome) -> None:
        on_outcome, self._on_outcome = self._on_outcome, None
        if on_outcome is not None:
            on_outcome(outcome)


def parse(received: bytes) -> Response | None:
    """Return the response, or None if it is not complete yet."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    status, head = int(received[9:12]), received[:end]
    body = b"" if status in BODILESS else _body(head.lower(), received, end + 4)
    return None if body is None else Response(status, head, body)


def _body(head: bytes, received: bytes, start: int) -> bytes | None:
    if b"\r\ntransfer-encoding: chunked" in head:
        return _joined_chunks(received, start)
    length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)
    return received[start : start + length] if len(received) >= start + length else None


def _joined_chunks(received: bytes, start: int) -> bytes | None:
    chunks: list[bytes] = []
    while (line_end := received.find(b"\r\n", start)) >= 0:
        size = int(received[start:line_end], 16)
        first, after = line_end + 2, line_end + 2 + size
        if len(received) < after + 2:
            return None
        if size == 0:
            return b"".join(chunks)
        chunks.append(received[first:after])
        start = after + 2
    return None
