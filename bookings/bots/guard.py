"""The bot check before a hold: lets people pass, gives suspects a proof of work, and refuses those who would need too
long for it."""

from dataclasses import replace

from django.conf import settings

from bookings.bots.attempt_store import AttemptHistory, note_attempt, note_refusal
from bookings.bots.challenge import (
    KEPT_SECONDS,
    MOST_SECONDS,
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

A_DAY = 24 * 60  # minutes


def refuse_bots(attempt: HoldAttempt, now: float | None = None) -> None:
    """Lets the attempt pass, or raises. One round trip to Redis, and a second only for a refusal.

    Without Redis every attempt passes. `now` (seconds) is the clock of Redis unless a test drives it. Raises
    RefusedAsBot; ChallengeRequired, which the client answers by the same request with `X-Challenge-Solution`.
    """
    if not settings.BOT_CHALLENGE:
        return
    solved = read_solution(attempt.environ.get("HTTP_X_CHALLENGE_SOLUTION", ""), attempt.buyer_id)
    try:
        known = note_attempt(
            buyer_id=attempt.buyer_id,
            event_id=attempt.event_id,
            address=attempt.address,
            solution=solved.name if solved else "",
            solution_seconds=KEPT_SECONDS,
            now=now,
        )
        refusal = _refusal(attempt, known, solved)
        if refusal is not None:
            challenged = isinstance(refusal, ChallengeRequired)
            note_refusal(buyer_id=attempt.buyer_id, address=attempt.address, challenged=challenged)
            raise refusal
    except RedisUnavailable:
        return


def _refusal(
    attempt: HoldAttempt, known: AttemptHistory, solved: Solved | None
) -> ChallengeRequired | RefusedAsBot | None:
    agent = attempt.environ.get("HTTP_USER_AGENT", "")
    facts = replace(known.facts, from_page=comes_from_page(attempt.environ), agent=agent)
    seconds = _work(facts)
    if seconds == 0:
        return None
    if seconds > MOST_SECONDS:
        count("challenge:refused")
        return RefusedAsBot(_why(facts), _minutes_to_wait(facts))
    tries = tries_for(seconds)
    if solved and known.solved and solved.tries >= tries:
        count("challenge:solved")
        return None
    count("challenge:given")
    return ChallengeRequired(_why(facts), make_challenge(attempt.buyer_id, tries))


def _minutes_to_wait(facts: Facts) -> int:
    """After how many minutes a solved challenge is enough again."""
    return next((minutes for minutes in range(1, A_DAY) if _work(faded(facts, minutes * 60)) <= MOST_SECONDS), A_DAY)


def _work(facts: Facts) -> float:
    return seconds_of_work(sum(signal.points for signal in signals_of(facts)))


def _why(facts: Facts) -> str:
    return signals_of(facts)[0].why
