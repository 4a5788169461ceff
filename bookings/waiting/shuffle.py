"""The draw: in which order those stand who came before the sale began.

Each has a place between 0 and 1 that only the seed decides. Nobody can know it before the seed is public, nobody can
choose the seed after its hash is, and afterwards anybody can do the same sum.
"""

import hashlib
import hmac
from collections.abc import Iterable

BITS = 52  # that a float holds exactly


def place_of(seed: str, user_id: int) -> float:
    """Where in the shuffled order somebody stands, from 0 to below 1: the first bits of HMAC-SHA256(seed, user id)."""
    digest = hmac.digest(seed.encode(), str(user_id).encode(), hashlib.sha256)
    return (int.from_bytes(digest[:8]) >> (64 - BITS)) / (1 << BITS)


def shuffled(seed: str, user_ids: Iterable[int]) -> list[int]:
    """All of them in the order of their places; equal places in the order of the ids as text, as Redis has them."""
    return sorted(user_ids, key=lambda user_id: (place_of(seed, user_id), str(user_id)))
