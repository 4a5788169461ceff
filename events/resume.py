"""What a stream's message is called, so that a client which comes back can be told what it missed.

The id is the version of every block. So any process can answer, without having known the client before.
"""

import base64
import binascii
from collections.abc import Iterable

from events.blocks import Block

MAX_MISSED = 500  # changes; who missed more gets everything anew


def resume_id(blocks: Iterable[Block]) -> str:
    """The versions of these blocks (in order of id) as base64url of LEB128 numbers: a character or two each."""
    data = bytearray()
    for block in sorted(blocks, key=lambda block: block.id):
        rest = block.version
        while rest > 0x7F:
            data.append(rest & 0x7F | 0x80)
            rest >>= 7
        data.append(rest)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def resumed_versions(last_event_id: str | None, blocks: Iterable[Block]) -> dict[int, int] | None:
    """Block id: version that the client claims to know; None if it claims nothing that can be used.

    Usable are versions of all blocks, none of the future, and altogether not more than MAX_MISSED behind.
    """
    blocks = sorted(blocks, key=lambda block: block.id)
    versions = _versions(last_event_id or "")
    if len(versions) != len(blocks):
        return None
    missed = [block.version - version for block, version in zip(blocks, versions, strict=True)]
    if min(missed) < 0 or sum(missed) > MAX_MISSED:
        return None
    return dict(zip((block.id for block in blocks), versions, strict=True))


def _versions(claim: str) -> list[int]:
    """The numbers of a `resume_id`; none for anything else."""
    try:
        data = base64.b64decode(claim + "=" * (-len(claim) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):  # ValueError: not even ASCII
        return []
    versions, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            versions.append(number)
            number = shift = 0
    return versions if shift == 0 else []
