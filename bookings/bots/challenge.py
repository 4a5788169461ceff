"""The proof of work: ALTCHA's challenge (version 2, PBKDF2), for one buyer, for a few minutes, solved once.

Browsers have PBKDF2 built in, as fast as a scalper's own program on the same machine. The work grows with the points of
bookings.bots.signals; below the first threshold there is none.
"""

import secrets
import time
from typing import Any, NamedTuple

import altcha
from django.utils.crypto import salted_hmac

ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 1_000  # of one try; making a challenge costs the server as much, checking a solution nothing
TRIES_PER_SECOND = 4_000  # of one core of a server, or of all that a phone lends us
KEPT_SECONDS = 300  # how long a challenge counts
LONGEST = 4_096  # characters of a solution

FIRST_POINTS = 8.0  # below, nothing is asked for
FIRST_SECONDS = 0.25
DOUBLED_BY = 2.5  # points more
MOST_SECONDS = 10.0  # who would have to work longer is refused for a while


class Solved(NamedTuple):
    """A correct solution: the name it is remembered by, and for how many tries its challenge was made."""

    name: str
    tries: int


def seconds_of_work(points: float) -> float:
    """How many seconds, on average, a core has to work for one hold."""
    return FIRST_SECONDS * 2 ** ((points - FIRST_POINTS) / DOUBLED_BY) if points >= FIRST_POINTS else 0.0


def tries_for(seconds: float) -> int:
    """How many tries that much work is, on average."""
    return round(seconds * TRIES_PER_SECOND)


def make_challenge(buyer_id: int, tries: int) -> dict[str, Any]:
    """ALTCHA's JSON. The client has to find a number below twice the tries; all are equally likely."""
    made = altcha.create_challenge(
        ALGORITHM,
        ITERATIONS,
        counter=secrets.randbelow(2 * tries),
        expires_at=int(time.time()) + KEPT_SECONDS,
        data={"buyer": buyer_id, "tries": tries},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    )
    return made.to_dict()


def read_solution(payload: str, buyer_id: int) -> Solved | None:
    """The challenge that this buyer solved; None if the payload is no solution, or somebody else's, too old, altered or
    wrong."""
    if not payload or len(payload) > LONGEST:
        return None
    result = altcha.verify_solution(payload, _secret("challenge"), hmac_key_secret=_secret("key"))
    if not result.verified:
        return None
    challenge = altcha.Payload.from_base64(payload).challenge
    data = challenge.parameters.data
    if not challenge.signature or not data or data["buyer"] != buyer_id:
        return None
    return Solved(challenge.signature, data["tries"])


def _secret(of: str) -> str:
    """A secret of its own for each use, derived from SECRET_KEY."""
    return salted_hmac(f"bookings.bots.{of}", "secret", algorithm="sha256").hexdigest()
