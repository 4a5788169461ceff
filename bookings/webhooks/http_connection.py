"""The HTTP connection that carries webhooks to a receiver.

Common HTTP clients are not suitable: they resolve the host name again after we have checked its addresses, and they
limit the time of each read but not of the whole response, so that a receiver could send single bytes for hours.
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

from bookings.webhooks.addresses import PORTS, Unreachable, addresses_of

CONNECT_SECONDS = 3
TOTAL_SECONDS = 10  # for one message, from resolving the name to the end of the response
MAX_BODY_BYTES = 2_048  # of a response's body; the rest is not read
TLS = ssl.create_default_context()


class WebhookResponse(NamedTuple):
    """A receiver's response: its status, the first part of its body, and its `Retry-After` in seconds (0 if none)."""

    status: int
    text: str
    retry_after: int


class NoResponse(Exception):
    """The message got no response; the text tells the seller why."""


class HttpConnection:
    """A connection to one URL, opened by the first message and reused by the next ones."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection = _CheckedConnection(parts)

    def close(self) -> None:
        """Close the connection; the next message opens it again."""
        self._connection.close()

    def post(self, body: bytes, headers: dict[str, str]) -> WebhookResponse:
        """Send one message within TOTAL_SECONDS and return the response.

        Redirects are not followed. Raises NoResponse.
        """
        try:
            with _abort_after(TOTAL_SECONDS, self._connection):
                return self._send_with_reconnect(body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            if self._connection.is_aborted:
                raise NoResponse(f"No response within {TOTAL_SECONDS} seconds.") from error
            raise NoResponse(_failure_text(error)) from error

    def _send_with_reconnect(self, body: bytes, headers: dict[str, str]) -> WebhookResponse:
        is_reused = self._connection.sock is not None
        try:
            return self._send(body, headers)
        except (ConnectionError, http.client.BadStatusLine):
            if not is_reused or self._connection.is_aborted:
                raise
            self._connection.close()  # receivers may close an idle connection at any time
            return self._send(body, headers)

    def _send(self, body: bytes, headers: dict[str, str]) -> WebhookResponse:
        self._connection.request("POST", self._target, body, headers)
        with self._connection.getresponse() as response:
            text = b""
            with suppress(OSError, http.client.HTTPException):  # the status alone decides the outcome
                text = _read_body(response)
            if not response.isclosed():  # the unread rest of the body would precede the next response
                self._connection.close()
        return WebhookResponse(response.status, _printable(text), _seconds(response.headers.get("Retry-After", "")))


class _CheckedConnection(http.client.HTTPConnection):
    """Connects to a checked IP address; TLS verifies the certificate for the host name."""

    def __init__(self, url: SplitResult) -> None:
        self.default_port = PORTS[url.scheme]
        super().__init__(url.hostname or "", url.port or self.default_port, timeout=TOTAL_SECONDS)
        self._secure = url.scheme == "https"
        self.open_socket: socket.socket | None = None  # `http.client` clears `sock` before it reads a body
        self.is_aborted = False

    def connect(self) -> None:
        self.sock = self.open_socket = _connect(addresses_of(self.host, self.port), self.port)
        if self._secure:
            secured = TLS.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self.open_socket = secured
            secured.do_handshake()


def _connect(addresses: list[str], port: int) -> socket.socket:
    """Connect to the first address that accepts; all attempts together take at most CONNECT_SECONDS."""
    end = time.monotonic() + CONNECT_SECONDS
    failure: OSError = Unreachable("There is no address.")
    for address in addresses:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            connected = socket.create_connection((address, port), left)
        except OSError as error:
            failure = error
        else:
            connected.settimeout(2 * TOTAL_SECONDS)  # a fallback: `_abort_after` ends the exchange earlier
            return connected
    raise failure


@contextmanager
def _abort_after(seconds: float, connection: _CheckedConnection) -> Iterator[None]:
    """Shut the connection's socket down if the block takes longer than `seconds`, whatever it waits for."""
    timer = threading.Timer(seconds, _abort, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _abort(connection: _CheckedConnection) -> None:
    connection.is_aborted = True
    if connection.open_socket is not None:
        with suppress(OSError):
            connection.open_socket.shutdown(socket.SHUT_RDWR)


def _failure_text(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"No connection within {CONNECT_SECONDS} seconds."
    return f"No response: {error}." if str(error) else f"No response: {type(error).__name__}."


def _read_body(response: http.client.HTTPResponse) -> bytes:
    """Return the first MAX_BODY_BYTES of the body.

    Chunked bodies are read with `read1`: for a chunk with a negative length, `read` reads until the connection ends.
    """
    if not response.chunked:
        return response.read(MAX_BODY_BYTES)
    text = b""
    while len(text) < MAX_BODY_BYTES and (part := response.read1(MAX_BODY_BYTES - len(text))):
        text += part
    return text


def _seconds(retry_after: str) -> int:
    """Parse a `Retry-After` header; 0 for a date or for a number with more than nine digits."""
    return int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10 else 0


def _printable(text: bytes) -> str:
    """Decode the text and drop all characters that can't be shown or stored."""
    return "".join(character for character in text.decode(errors="replace") if character.isprintable())
