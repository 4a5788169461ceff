"""A lean HTTP/1.1 client on asyncio's protocols: persistent connections, one request at a time on each.

It understands what an API on one's own machine answers (Content-Length, chunks, gzip) and costs a tenth of what
general clients cost, so that on a small machine the load leaves the cores to the product.
"""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any, NamedTuple, cast

Address = tuple[str, int]
BODILESS = (204, 304)


class Answer(NamedTuple):
    """An HTTP response; `body` as it was sent, still compressed if it was."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the first header of this name."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return next((value.strip() for key, _, value in pairs if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """The body's value."""
        return json.loads(gzip.decompress(self.body) if self.header("Content-Encoding") == "gzip" else self.body)


Outcome = Answer | ConnectionError
Hear = Callable[[Outcome], None]


def request(
    method: str, path: str, *, token: str | None = None, body: Any = None, headers: dict[str, str] | None = None
) -> bytes:
    """A whole request, ready to be sent as often as one likes."""
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

    Has no timeouts of its own: whoever sends puts a limit around the whole measurement.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._hear: Hear | None = None

    @classmethod
    async def open(cls, address: Address) -> "Connection":
        """A connection to this address; raises OSError if nobody listens there."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, *address)
        return connection

    def ask(self, request: bytes, hear: Hear) -> None:
        """Sends one request and calls `hear` with the answer: without a task or a future, which cost more than that.

        It hears a ConnectionError if the server hangs up instead.
        """
        self._buffer, self._hear = b"", hear
        if self._transport is None:
            self._settle(ConnectionError("The server has hung up."))
        else:
            self._transport.write(request)

    async def send(self, request: bytes) -> Answer:
        """The answer to one request. Raises ConnectionError if the server hangs up instead."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.ask(request, future.set_result)
        outcome = await future
        if isinstance(outcome, ConnectionError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Hangs up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        answer = parse(self._buffer)
        if answer is not None:
            self._settle(answer)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._settle(ConnectionError(f"The server hung up: {error}"))

    def _settle(self, outcome: Outcome) -> None:
        hear, self._hear = self._hear, None
        if hear is not None:
            hear(outcome)


def parse(received: bytes) -> Answer | None:
    """The answer, if all of it has been received."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    status, head = int(received[9:12]), received[:end]
    body = b"" if status in BODILESS else _body(head.lower(), received, end + 4)
    return None if body is None else Answer(status, head, body)


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
