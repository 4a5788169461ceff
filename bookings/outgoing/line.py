"""The wire a webhook goes over.

Not one of the known HTTP clients: they look a name up by themselves, after we have, and bound each step of an answer
but not the whole, which a receiver could drip for hours.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from bookings.outgoing.addresses import PORTS, Unreachable, addresses_of

CONNECT_SECONDS = 3
WHOLE_SECONDS = 10  # of one message, from the look-up to the answer
READ_BYTES = 2_048  # of an answer's body; the rest is not wanted
TLS = ssl.create_default_context()


class Answer(NamedTuple):
    """What the receiver said: the status, the beginning of the body, and how many seconds it wants to be left alone."""

    status: int
    text: str
    retry_after: int


class NoAnswer(Exception):
    """None came; the text says why, to the seller."""


class Line:
    """A connection to one receiver: made with the first message, kept for the next."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection = _Connection(parts)

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()

    def post(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Sends one message, to which it has WHOLE_SECONDS. Follows no redirect. Raises NoAnswer."""
        try:
            with _cut_after(WHOLE_SECONDS, self._connection):
                return self._exchange(body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            if self._connection.is_cut:
                raise NoAnswer(f"No answer within {WHOLE_SECONDS} seconds.") from error
            raise NoAnswer(_words_of(error)) from error

    def _exchange(self, body: bytes, headers: dict[str, str]) -> Answer:
        kept = self._connection.sock is not None
        try:
            return self._ask(body, headers)
        except (ConnectionError, http.client.BadStatusLine):
            if not kept or self._connection.is_cut:
                raise
            self._connection.close()  # the receiver had closed what we kept, as it may at any time
            return self._ask(body, headers)

    def _ask(self, body: bytes, headers: dict[str, str]) -> Answer:
        self._connection.request("POST", self._target, body, headers)
        with self._connection.getresponse() as response:
            text = b""
            with suppress(OSError, http.client.HTTPException):  # the status has said what counts
                text = _beginning(response)
            if not response.isclosed():  # there is more, in the way of the next answer
                self._connection.close()
        return Answer(response.status, _plain(text), _seconds(response.headers.get("Retry-After", "")))


class _Connection(http.client.HTTPConnection):
    """Goes to an address that was looked at; TLS is for the name."""

    def __init__(self, url: SplitResult) -> None:
        self.default_port = PORTS[url.scheme]
        super().__init__(url.hostname or "", url.port or self.default_port, timeout=WHOLE_SECONDS)
        self._secure = url.scheme == "https"
        self.wire: socket.socket | None = None  # `sock` is given up before an answer's body is read
        self.is_cut = False

    def connect(self) -> None:
        self.sock = self.wire = _reach(addresses_of(self.host, self.port), self.port)
        if self._secure:
            secured = TLS.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self.wire = secured
            secured.do_handshake()


def _reach(addresses: list[str], port: int) -> socket.socket:
    """A connection to the first that takes it, all of them within CONNECT_SECONDS."""
    end = time.monotonic() + CONNECT_SECONDS
    failure: OSError = Unreachable("There is no address.")
    for address in addresses:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            wire = socket.create_connection((address, port), left)
        except OSError as error:
            failure = error
        else:
            wire.settimeout(2 * WHOLE_SECONDS)  # a net: `_cut_after` is there first
            return wire
    raise failure


@contextmanager
def _cut_after(seconds: float, connection: _Connection) -> Iterator[None]:
    """Hangs up after so long, whatever is being waited for."""
    end = threading.Timer(seconds, _cut, [connection])
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()


def _cut(connection: _Connection) -> None:
    connection.is_cut = True
    if connection.wire is not None:
        with suppress(OSError):
            connection.wire.shutdown(socket.SHUT_RDWR)


def _words_of(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"No connection within {CONNECT_SECONDS} seconds."
    return f"No answer: {error}." if str(error) else f"No answer: {type(error).__name__}."


def _beginning(response: http.client.HTTPResponse) -> bytes:
    """At most READ_BYTES. Of a part that says it has less than no bytes, `read` would take all that ever comes."""
    if not response.chunked:
        return response.read(READ_BYTES)
    text = b""
    while len(text) < READ_BYTES and (part := response.read1(READ_BYTES - len(text))):
        text += part
    return text


def _seconds(wait: str) -> int:
    """0 for a date, and for a number that no length of time can hold."""
    return int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 10 else 0


def _plain(text: bytes) -> str:
    """Something that can be shown and stored."""
    return "".join(letter for letter in text.decode(errors="replace") if letter.isprintable())
