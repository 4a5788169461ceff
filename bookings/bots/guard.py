"""The bot check before a hold.

People pass. Suspects get a proof of work, and are refused for a while if it would take too long.
"""

from dataclasses import replace

from django.conf import settings

from bookings.bots.attempt_store import AttemptHistory, record_attempt, record_refusal
from bookings.bots.challenge import (
    MAX_SECONDS,
    VALID_SECONDS,
    Solved,
    make_challenge,
    read_solution,
    seconds_of_work,
    tries_for,
)
from bookings.bots.hold_attempt import HoldAttempt
from bookings.bots.signals import Facts, comes_from_page, faded, signals_of
from bookings.errors import ChallengeRequired, RefusedAsBot
from core.counters import count
from core.redis import RedisUnavailable

MINUTES_PER_DAY = 24 * 60


def refuse_bots(attempt: HoldAttempt, now: float | None = None) -> None:
    """Raise an error if the attempt seems to come from a program; return if it may pass.

    Takes one round trip to Redis, and a second one for a refusal. Every attempt passes if Redis is unavailable or
    BOT_CHALLENGE is off, and also one that repeats an earlier one under its idempotency key: it takes no seats, so a
    client that lost the response can ask for it again. `now` is in seconds since 1970; by default it is the time of
    Redis.

    Raises RefusedAsBot; ChallengeRequired, after which the client sends the same request with `X-Challenge-Solution`.
    """
    if not settings.BOT_CHALLENGE:
        return
    solved = read_solution(attempt.environ.get("HTTP_X_CHALLENGE_SOLUTION", ""), attempt.buyer_id)
    try:
        history = record_attempt(
            buyer_id=attempt.buyer_id,
            event_id=attempt.event_id,
            address=attempt.address,
            solution=solved.name if solved else "",
            solution_seconds=VALID_SECONDS,
            now=now,
        )
        refusal = _refusal(attempt, history, solved)
        if refusal is not None and not attempt.is_repeated():
            challenged = isinstance(refusal, ChallengeRequired)
            count("challenge:given" if challenged else "challenge:refused")
            record_refusal(buyer_id=attempt.buyer_id, address=attempt.address, challenged=challenged)
            raise refusal
    except RedisUnavailable:
        return


def _refusal(
    attempt: HoldAttempt, history: AttemptHistory, solved: Solved | None
) -> ChallengeRequired | RefusedAsBot | None:
    """Return the error for the attempt, or None if it may pass."""
    agent = attempt.environ.get("HTTP_USER_AGENT", "")
    facts = replace(history.facts, from_page=comes_from_page(attempt.environ), agent=agent)
    seconds = _seconds_of_work(facts)
    if seconds == 0:
        return None
    if seconds > MAX_SECONDS:
        return RefusedAsBot(_strongest_reason(facts), _minutes_to_wait(facts))
    tries = tries_for(seconds)
    if solved and history.solved and solved.tries >= tries:
        count("challenge:solved")
        return None
    return ChallengeRequired(_strongest_reason(facts), make_challenge(attempt.buyer_id, tries))


def _minutes_to_wait(facts: Facts) -> int:
    """Return after how many minutes without an attempt a solved challenge will be enough to pass; at most a day."""
    for minutes in range(1, MINUTES_PER_DAY):
        if _seconds_of_work(faded(facts, minutes * 60)) <= MAX_SECONDS:
            return minutes
    return MINUTES_PER_DAY


def _seconds_of_work(facts: Facts) -> float:
    return seconds_of_work(sum(signal.points for signal in signals_of(facts)))


def _strongest_reason(facts: Facts) -> str:
    return signals_of(facts)[0].reason
