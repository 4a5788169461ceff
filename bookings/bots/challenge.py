"""The proof of work: ALTCHA's challenge (version 2, PBKDF2), for one buyer, for a few minutes, solved once.

A browser has PBKDF2 built in and does it as fast as a program of a grabber's own could on the same machine. How
much is asked for grows with the points, and below the first threshold it is nothing.
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
    """A solution that is right: by which name it is remembered, and how many tries its challenge was made for."""

    name: str
    tries: int


def seconds_of_work(points: float) -> float:
    """For how long, on average, a core has to work for one hold."""
    return FIRST_SECONDS * 2 ** ((points - FIRST_POINTS) / DOUBLED_BY) if points >= FIRST_POINTS else 0.0


def tries_for(seconds: float) -> int:
    """So much work as tries, on average."""
    return round(seconds * TRIES_PER_SECOND)


def make_challenge(buyer_id: int, tries: int) -> dict[str, Any]:
    """ALTCHA's JSON. What has to be found is a number below twice the tries, each of them as likely."""
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
    """The solved challenge of this buyer; None if it is none, somebody else's, too old, altered or wrong."""
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
    """Secrets of their own, made from SECRET_KEY."""
    return salted_hmac(f"bookings.bots.{of}", "secret", algorithm="sha256").hexdigest()
