"""The signed code of a ticket: what was not signed here, or was changed since, is no code."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bookings import codes
from bookings.codes import FOREVER, ForgedCode, TicketCode, public_key, read_code, write_code

TICKET = TicketCode(event_id=7, subsection_id=3, position=11, serial=2**63 - 1, valid_until=FOREVER)


@pytest.fixture
def other_key(settings: Any) -> Iterator[Callable[[], None]]:
    """Signs with another key from the call on."""

    def change() -> None:
        settings.TICKET_SIGNING_KEY = base64.b64encode(b"k" * 32).decode()
        codes._key.cache_clear()

    yield change
    codes._key.cache_clear()


def raw(code: str) -> bytes:
    return base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_a_code_says_what_was_written() -> None:
    code = write_code(TICKET)
    assert read_code(code) == TICKET
    assert len(code) == 130
    assert len(raw(public_key())) == 32


def test_any_flipped_bit_makes_it_a_forgery() -> None:
    content = raw(write_code(TICKET))
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ForgedCode):
            read_code(coded(bytes(changed)))


def test_a_code_for_another_event_can_not_be_made_of_it() -> None:
    signed, other = raw(write_code(TICKET)), raw(write_code(replace(TICKET, event_id=8)))
    head = codes.PAYLOAD.size
    for mixed in (signed[:head] + other[head:], other[:head] + signed[head:]):
        with pytest.raises(ForgedCode):
            read_code(coded(mixed))


def test_another_key_makes_and_knows_other_codes(other_key: Callable[[], None]) -> None:
    code, key = write_code(TICKET), public_key()
    other_key()
    assert public_key() != key
    assert write_code(TICKET) != code
    assert read_code(write_code(TICKET)) == TICKET
    with pytest.raises(ForgedCode):
        read_code(code)


def test_nothing_else_is_a_code() -> None:
    code = write_code(TICKET)
    shorter = [code[:length] for length in range(len(code))]
    for text in [*shorter, code + "A", code + code, " " + code, code + "\n", "é" * 130, "=" * 130, "A" * 1_000_000]:
        with pytest.raises(ForgedCode):
            read_code(text)


def test_only_the_first_version_is_known() -> None:
    payload = b"\x02" + raw(write_code(TICKET))[1 : codes.PAYLOAD.size]
    with pytest.raises(ForgedCode):
        read_code(coded(payload + codes._key().sign(payload)))
