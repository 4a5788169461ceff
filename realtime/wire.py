"""The way to one client, past ASGI: Daphne's `send` has no end to its queue, and costs 30 µs a frame.

All that is known here of Daphne and Twisted is known nowhere else; realtime/tests/test_wire.py holds it to a real
Daphne. Encoded bytes go to the socket at once while nothing waits before them, and behind what waits otherwise.
"""

import socket
from functools import partial
from typing import Any

from daphne.server import Server


class Wire:
    """The client's end of an ASGI `send` that belongs to Daphne. Only for use in the event loop's thread."""

    __slots__ = ("send", "_protocol", "_transport")

    def __init__(self, send: Any) -> None:
        """`send` as the server gave it; TypeError if that was not Daphne."""
        if not isinstance(send, partial) or send.func.__func__ is not Server.handle_reply:  # type: ignore[attr-defined]
            raise TypeError("The live feed is served by Daphne only.")
        self.send = send
        self._protocol = send.args[0]
        self._transport = self._protocol.transport

    @property
    def chunked(self) -> bool:
        """Whether the body of this HTTP response goes in chunks. Known once its headers are out."""
        return bool(self._protocol.chunked)

    @property
    def unsent(self) -> int:
        """Bytes the client has not taken and the kernel holds no place for."""
        transport = self._transport
        return len(transport.dataBuffer) - transport.offset + transport._tempDataLen

    def write(self, data: bytes) -> int:
        """Sends bytes of the protocol spoken (frames, chunks); says how many are `unsent`, 0 when the client has gone.

        Past Twisted's `writeSomeData` too: that is a twelfth of what telling a thousand viewers costs.
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
        """Ends the connection now and drops what waits; ASGI's disconnect follows."""
        self._transport.abortConnection()


def _send(client: socket.socket, data: bytes) -> int:
    """How many of the bytes the kernel took. A lost client takes none: Twisted finds out by its own write."""
    try:
        return client.send(data)
    except OSError:
        return 0
