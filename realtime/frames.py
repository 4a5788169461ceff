"""Encode messages as the bytes that WebSocket and SSE clients receive, once for all viewers."""

import struct
from collections.abc import Iterator
from typing import Any

import orjson

COMMENT = b":\n\n"  # an SSE comment: keeps the connection open and is ignored by clients


def encode(message: dict[str, Any]) -> bytes:
    """Return the message as compact JSON, with datetimes in UTC (RFC 3339)."""
    return orjson.dumps(message, option=orjson.OPT_UTC_Z)


def socket_frame(message: dict[str, Any]) -> bytes:
    """Return the message as a WebSocket text frame, as a server sends it (RFC 6455, 5.2).

    Server frames are unmasked, so the same bytes serve all clients.
    """
    payload = encode(message)
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload


def frame_texts(data: bytes) -> Iterator[str]:
    """Yield the texts of one or more concatenated frames made by `socket_frame`."""
    start = 0
    while start < len(data):
        length, start = data[start + 1], start + 2
        if length >= 126:
            size = 2 if length == 126 else 8
            length, start = int.from_bytes(data[start : start + size]), start + size
        yield data[start : start + length].decode()
        start += length


def stream_message(event: str, data: dict[str, Any], id: str | None) -> bytes:
    """Return one message of an SSE stream, of the type `event` and with `data` as JSON.

    A client that reconnects sends the last `id` it received as `Last-Event-ID`. With None the message has no id, and
    the client keeps the one before.
    """
    named = b"" if id is None else b"id: %b\n" % id.encode()
    return b"event: %b\n%bdata: %b\n\n" % (event.encode(), named, encode(data))


def chunk(data: bytes) -> bytes:
    """Return `data` as one chunk of a chunked HTTP/1.1 body."""
    return b"%x\r\n%b\r\n" % (len(data), data)
