"""The proof of work: a challenge of ALTCHA (version 2, PBKDF2) for one buyer, valid for a few minutes and once.

Browsers have PBKDF2 built in, as fast as a scalper's program on the same machine. The work grows with the points of
bookings.bots.signals; with few points there is none.
"""

import secrets
import time
from typing import Any, NamedTuple

import altcha
from django.utils.crypto import salted_hmac

ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 1_000  # of one try; creating a challenge costs the server one try, checking a solution costs none
TRIES_PER_SECOND = 4_000  # of one core of a server, or of all cores that a phone gives to a page
VALID_SECONDS = 300  # of a challenge
MAX_SOLUTION_LENGTH = 4_096  # characters

FIRST_POINTS = 8.0  # with fewer points there is no challenge
FIRST_SECONDS = 0.25
POINTS_TO_DOUBLE = 2.5  # so many more points double the work
MAX_SECONDS = 10.0  # instead of more work, holds are refused for a while


class Solved(NamedTuple):
    """A correct solution: its name in the attempt store, and the tries for which its challenge was created."""

    name: str
    tries: int


def seconds_of_work(points: float) -> float:
    """Return how many seconds of one core's work a hold costs with so many points, on average; 0 below FIRST_POINTS."""
    return FIRST_SECONDS * 2 ** ((points - FIRST_POINTS) / POINTS_TO_DOUBLE) if points >= FIRST_POINTS else 0.0


def tries_for(seconds: float) -> int:
    """Return how many tries one core makes in `seconds`, on average."""
    return round(seconds * TRIES_PER_SECOND)


def make_challenge(buyer_id: int, tries: int) -> dict[str, Any]:
    """Return a challenge for the buyer, as the dict that ALTCHA defines as JSON.

    The client has to find a number below twice `tries`. All numbers are equally likely, so it takes `tries` tries on
    average.
    """
    challenge = altcha.create_challenge(
        ALGORITHM,
        ITERATIONS,
        counter=secrets.randbelow(2 * tries),
        expires_at=int(time.time()) + VALID_SECONDS,
        data={"buyer": buyer_id, "tries": tries},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    )
    return challenge.to_dict()


def read_solution(payload: str, buyer_id: int) -> Solved | None:
    """Check a solution (the header `X-Challenge-Solution`) and return the challenge that the buyer solved.

    Return None if the payload is malformed, wrong, altered, expired or for another buyer.
    """
    if not payload or len(payload) > MAX_SOLUTION_LENGTH:
        return None
    result = altcha.verify_solution(payload, _secret("challenge"), hmac_key_secret=_secret("key"))
    if not result.verified:
        return None
    challenge = altcha.Payload.from_base64(payload).challenge
    data = challenge.parameters.data
    if not challenge.signature or not data or data["buyer"] != buyer_id:
        return None
    return Solved(challenge.signature, data["tries"])


def _secret(purpose: str) -> str:
    """Return a secret for one purpose, derived from SECRET_KEY."""
    return salted_hmac(f"bookings.bots.{purpose}", "secret", algorithm="sha256").hexdigest()
