"""What goes over the wire, encoded once for all viewers."""

import struct
from typing import Any

import orjson

COMMENT = b":\n\n"  # an SSE comment: keeps the line alive, says nothing


def encode(message: dict[str, Any]) -> bytes:
    """Compact JSON; datetimes in UTC as RFC 3339."""
    return orjson.dumps(message, option=orjson.OPT_UTC_Z)


def socket_frame(message: dict[str, Any]) -> bytes:
    """A WebSocket text frame as a server sends it (RFC 6455, 5.2): unmasked, so the same bytes serve everyone."""
    payload = encode(message)
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload


def stream_message(event: str, data: dict[str, Any], id: str | None) -> bytes:
    """A message of an SSE stream. Its `id`, or the last that there was, comes back as Last-Event-ID on reconnecting."""
    named = b"" if id is None else b"id: %b\n" % id.encode()
    return b"event: %b\n%bdata: %b\n\n" % (event.encode(), named, encode(data))


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked HTTP/1.1 body."""
    return b"%x\r\n%b\r\n" % (len(data), data)
