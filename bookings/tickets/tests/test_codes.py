"""Signed ticket codes: a code that was not signed with our key, or was changed since, is refused."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bookings.tickets import codes
from bookings.tickets.codes import (
    FOREVER,
    ForgedCode,
    TicketCode,
    public_key,
    read_code,
    write_code,
)

TICKET = TicketCode(event_id=7, subsection_id=3, position=11, serial=2**63 - 1, valid_until=FOREVER)


@pytest.fixture
def other_key(settings: Any) -> Iterator[Callable[[], None]]:
    """A function that switches to another signing key."""

    def change() -> None:
        settings.TICKET_SIGNING_KEY = base64.b64encode(b"k" * 32).decode()
        codes._key.cache_clear()

    yield change
    codes._key.cache_clear()


def raw(code: str) -> bytes:
    return base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_a_code_can_be_read_back() -> None:
    code = write_code(TICKET)
    assert read_code(code) == TICKET
    assert len(code) == 130
    assert len(raw(public_key())) == 32


def test_a_code_with_any_flipped_bit_is_forged() -> None:
    content = raw(write_code(TICKET))
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ForgedCode):
            read_code(encoded(bytes(changed)))


def test_payload_and_signature_of_different_codes_cannot_be_combined() -> None:
    signed, other = raw(write_code(TICKET)), raw(write_code(replace(TICKET, event_id=8)))
    head = codes.PAYLOAD.size
    for mixed in (signed[:head] + other[head:], other[:head] + signed[head:]):
        with pytest.raises(ForgedCode):
            read_code(encoded(mixed))


def test_another_key_signs_other_codes_and_refuses_the_old_ones(other_key: Callable[[], None]) -> None:
    code, key = write_code(TICKET), public_key()
    other_key()
    assert public_key() != key
    assert write_code(TICKET) != code
    assert read_code(write_code(TICKET)) == TICKET
    with pytest.raises(ForgedCode):
        read_code(code)


def test_other_text_is_not_a_code() -> None:
    code = write_code(TICKET)
    shorter = [code[:length] for length in range(len(code))]
    for text in [*shorter, code + "A", code + code, " " + code, code + "\n", "é" * 130, "=" * 130, "A" * 1_000_000]:
        with pytest.raises(ForgedCode):
            read_code(text)


def test_a_code_of_another_version_is_refused() -> None:
    payload = b"\x02" + raw(write_code(TICKET))[1 : codes.PAYLOAD.size]
    with pytest.raises(ForgedCode):
        read_code(encoded(payload + codes._key().sign(payload)))
