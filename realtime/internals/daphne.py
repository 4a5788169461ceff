"""Write to a client of Daphne directly, past ASGI. Uses internals of Daphne 4.2 and Twisted.

Daphne's `send` costs 30 µs a frame and its queue has no limit. Here encoded bytes go to the socket at once if no other
bytes wait to be sent, and into Twisted's buffer otherwise. The length of that buffer shows that a client doesn't read.
"""

import socket
from functools import partial
from inspect import iscoroutinefunction
from types import SimpleNamespace
from typing import Any

from daphne.http_protocol import WebRequest
from daphne.server import Server
from twisted.internet import tcp

from realtime.transport import Receive, Send, Transport


class DaphneTransport:
    """The fast transport, on a Twisted connection. `protocol` is Daphne's object for the connection."""

    __slots__ = ("send", "receive", "_protocol", "_transport")

    def __init__(self, protocol: Any, send: Send, receive: Receive) -> None:
        self.send: Any = send
        self.receive = receive
        self._protocol = protocol
        self._transport = protocol.transport

    @property
    def chunked(self) -> bool:
        """Whether the response has a chunked body, so that `write` expects HTTP chunks."""
        return bool(self._protocol.chunked)

    @property
    def unsent(self) -> int:
        """Number of written bytes in Twisted's two buffers; those in the kernel's buffer count as sent."""
        transport = self._transport
        return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)

    def write(self, data: bytes) -> int:
        """Send bytes, in order and without waiting. Return `unsent`, or 0 if the client has gone.

        Calls the socket itself instead of Twisted's `writeSomeData`, which would take a twelfth of the time it takes
        to write to a thousand viewers.
        """
        transport = self._transport
        if not transport.connected or transport.disconnecting:
            return 0
        if not transport._tempDataLen and not transport.dataBuffer:
            sent = _send(transport.socket, data)
            if sent == len(data):
                return 0
            data = data[sent:]
        transport.write(data)
        return self.unsent

    def abort(self) -> None:
        """End the connection and drop unsent bytes. `receive` then returns ASGI's disconnect message."""
        self._transport.abortConnection()


def _send(client: socket.socket, data: bytes) -> int:
    """Send bytes without waiting; return how many the kernel took.

    Returns 0 if its buffer is full, or if the client is lost, which Twisted notices when it writes itself.
    """
    try:
        return client.send(data)
    except OSError:
        return 0


def transport_of(send: Any, receive: Receive) -> Transport | None:
    """Return the fast transport for an ASGI connection; None unless it is a connection of Daphne by TCP without TLS."""
    if not isinstance(send, partial) or getattr(send.func, "__func__", None) is not Server.handle_reply:
        return None
    protocol = send.args[0]
    connection = protocol.transport
    if not isinstance(connection, tcp.Connection) or connection.TLS:
        return None
    return DaphneTransport(protocol, send, receive)


def find_problem() -> str | None:
    """Return how Daphne or Twisted differs from what this module assumes; None if they don't differ.

    Writes through a real Twisted connection over a pair of sockets: past an empty buffer and behind a waiting byte.
    """
    if not iscoroutinefunction(Server.handle_reply) or not hasattr(WebRequest, "chunked"):
        return "Daphne's Server or WebRequest has changed"
    server, client = socket.socketpair()
    with server, client:
        connection = tcp.Connection(server, None, _NoReactor())  # type: ignore[arg-type]
        connection.connected = 1
        transport = DaphneTransport(SimpleNamespace(transport=connection), None, None)  # type: ignore[arg-type]
        if transport.write(b"1") != 0 or client.recv(9) != b"1":
            return "bytes don't reach the socket of a Twisted connection at once"
        connection.write(b"2")  # type: ignore[no-untyped-call]
        if transport.write(b"3") != 2:
            return "the length of Twisted's buffers is unknown"
        connection.doWrite()  # type: ignore[no-untyped-call]
        if client.recv(9) != b"23" or transport.unsent != 0 or connection.TLS:
            return "Twisted's buffers are not sent in order"
    return None


class _NoReactor:
    """The part of a reactor that a Twisted connection needs to write when `doWrite` is called."""

    def addWriter(self, writer: object) -> None:  # noqa: N802
        """Do nothing: `find_problem` calls `doWrite` itself."""

    def removeWriter(self, writer: object) -> None:  # noqa: N802
        """Do nothing, like `addWriter`."""
