"""The signed code of an issued ticket, which a scanner can check without a network.

A code is the base64url form (without padding) of 33 bytes, big-endian, followed by their Ed25519 signature of 64 bytes.
The 33 bytes are: version (1 byte, value 1), event (8), subsection (8), position (4), serial (8), valid until (4,
seconds since 1970).
"""

import base64
import binascii
import struct
from dataclasses import astuple, dataclass
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = 1
PAYLOAD = struct.Struct(">BQQIQI")
SIGNATURE_BYTES = 64
FOREVER = 2**32 - 1  # `valid_until` of a ticket for an event without an end


class ForgedCode(Exception):
    """The code was not signed with our key, was changed, or has another format or version."""


@dataclass(frozen=True, slots=True)
class TicketCode:
    """The content of a code. `valid_until` is in seconds since 1970."""

    event_id: int
    subsection_id: int
    position: int
    serial: int
    valid_until: int


def write_code(ticket: TicketCode) -> str:
    """Return the signed code, about 130 characters."""
    payload = PAYLOAD.pack(VERSION, *astuple(ticket))
    return base64.urlsafe_b64encode(payload + _key().sign(payload)).decode().rstrip("=")


def read_code(code: str) -> TicketCode:
    """Return the content of a code. Raises ForgedCode if its signature or format is wrong."""
    try:
        raw = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise ForgedCode from error
    payload, signature = raw[: PAYLOAD.size], raw[PAYLOAD.size :]
    if len(payload) != PAYLOAD.size or len(signature) != SIGNATURE_BYTES or payload[0] != VERSION:
        raise ForgedCode
    try:
        _key().public_key().verify(signature, payload)
    except InvalidSignature as error:
        raise ForgedCode from error
    return TicketCode(*PAYLOAD.unpack(payload)[1:])


def public_key() -> str:
    """Return the raw Ed25519 public key (32 bytes) as base64url, for scanners."""
    raw = _key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@cache
def _key() -> Ed25519PrivateKey:
    """Return the key from TICKET_SIGNING_KEY (32 bytes, base64), or one derived from SECRET_KEY."""
    if settings.TICKET_SIGNING_KEY:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.TICKET_SIGNING_KEY))
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"ticketing: signatures of tickets")
    return Ed25519PrivateKey.from_private_bytes(derived.derive(settings.SECRET_KEY.encode()))
