"""What a stream's message is called, so that a client which comes back can be told what it missed.

The id is the version of every block, and a seal of what was on offer. So any process can answer, without having known
the client before.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from events.blocks import Block
from realtime.frames import encode

MAX_MISSED = 500  # changes; who missed more gets everything anew


class Known(NamedTuple):
    """What a client has been told."""

    offer: int  # its seal (`seal_of`)
    versions: Mapping[int, int]  # by block id


def seal_of(offer: dict[str, Any]) -> int:
    """A number that is another one when the offer is (in all but one of 2^32 cases), the same in every process."""
    return zlib.crc32(encode(offer))


def resume_id(known: Known) -> str:
    """The seal and the versions (in order of block id) as base64url of LEB128 numbers: a character or two a block."""
    data = bytearray()
    for rest in [known.offer, *(known.versions[id] for id in sorted(known.versions))]:
        while rest > 0x7F:
            data.append(rest & 0x7F | 0x80)
            rest >>= 7
        data.append(rest)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def known_by(last_event_id: str | None, blocks: Iterable[Block]) -> Known | None:
    """What the client claims to know; None if it claims nothing that can be used.

    Usable are versions of all blocks, none of the future, and altogether not more than MAX_MISSED behind.
    """
    blocks = sorted(blocks, key=lambda block: block.id)
    offer, *versions = _numbers(last_event_id or "") or [0]
    if len(versions) != len(blocks):
        return None
    missed = [block.version - version for block, version in zip(blocks, versions, strict=True)]
    if min(missed) < 0 or sum(missed) > MAX_MISSED:
        return None
    return Known(offer, dict(zip((block.id for block in blocks), versions, strict=True)))


def _numbers(claim: str) -> list[int]:
    """The numbers of a `resume_id`; none for anything else."""
    try:
        data = base64.b64decode(claim + "=" * (-len(claim) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):  # ValueError: not even ASCII
        return []
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(number)
            number = shift = 0
    return numbers if shift == 0 else []
