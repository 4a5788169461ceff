"""The lottery: the order of the users who joined the queue before the start of sales.

Each user gets a place from 0 to below 1 that depends only on the event's seed and the user's id. Nobody can know it
before the seed is public. The seed can't be chosen afterwards, because its hash is public from the beginning. Once the
seed is public, anyone can compute the order again.
"""

import hashlib
import hmac
from collections.abc import Iterable

BITS = 52  # a float represents this many bits exactly


def place_of(seed: str, user_id: int) -> float:
    """Return a user's place from 0 to below 1: the first 52 bits of HMAC-SHA256(seed, user id) as a fraction."""
    digest = hmac.digest(seed.encode(), str(user_id).encode(), hashlib.sha256)
    return (int.from_bytes(digest[:8]) >> (64 - BITS)) / (1 << BITS)


def shuffled(seed: str, user_ids: Iterable[int]) -> list[int]:
    """Return the users in the order of their places; equal places are ordered by the id as text, as in Redis."""
    return sorted(user_ids, key=lambda user_id: (place_of(seed, user_id), str(user_id)))
