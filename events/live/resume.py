"""Ids of stream messages, from which any process can find out what a reconnecting client has missed.

An id contains the version of every subsection and a fingerprint of the offer (dates, status and prices), so no process
has to remember clients.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from events.live.subsection import LiveSubsection
from realtime.frames import encode

MAX_MISSED = 500  # changes; a client that missed more gets the whole state again


class Known(NamedTuple):
    """What the client of a stream has received."""

    offer: int  # the offer's fingerprint
    versions: Mapping[int, int]  # by subsection id


def fingerprint(offer: dict[str, Any]) -> int:
    """Return a checksum of the offer that is the same in every process.

    Two different offers have the same fingerprint with a probability of 1 in 2^32.
    """
    return zlib.crc32(encode(offer))


def resume_id(known: Known) -> str:
    """Return the id of a stream message after which a client knows `known`.

    It is the fingerprint and the versions, ordered by subsection id, as base64url of LEB128 numbers. While versions are
    small, that takes one or two characters per subsection.
    """
    data = bytearray()
    for number in [known.offer, *(known.versions[id] for id in sorted(known.versions))]:
        bits = number
        while bits > 0x7F:
            data.append(bits & 0x7F | 0x80)
            bits >>= 7
        data.append(bits)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def known_by(last_event_id: str | None, subsections: Iterable[LiveSubsection]) -> Known | None:
    """Return what a client has received according to its `Last-Event-ID`; None if that can't be used.

    It can be used if it has a version of each subsection, none of them newer than here, and they are not more than
    MAX_MISSED changes behind in total.
    """
    subsections = sorted(subsections, key=lambda subsection: subsection.id)
    offer, *versions = _numbers(last_event_id or "") or [0]
    if len(versions) != len(subsections):
        return None
    missed = [subsection.version - version for subsection, version in zip(subsections, versions, strict=True)]
    if min(missed) < 0 or sum(missed) > MAX_MISSED:
        return None
    return Known(offer, dict(zip((subsection.id for subsection in subsections), versions, strict=True)))


def _numbers(claim: str) -> list[int]:
    """Return the numbers of a `resume_id`; an empty list for anything else."""
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
