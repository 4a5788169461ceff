"""Verifies a lottery: computes the order again from the published seed and the stored list."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from bookings.waiting_room.models import QueueLottery, QueuePass
from bookings.waiting_room.shuffle import shuffled
from core.errors import InvalidState, NotFound
from events.models import Event


@dataclass(frozen=True, slots=True)
class LotteryReport:
    """The result of a verification.

    - `early`: number of users in the lottery.
    - `admitted`: how many of them have been admitted.
    - `overtaken`: how many were admitted later than a user behind them. They had left, or had lost their place and did
      not claim it.
    - `first_wrong`: the first place, from 0, that another user should have; None if the order is right.
    """

    seed: str
    seed_hash: str
    drawn_at: datetime
    early: int
    admitted: int
    overtaken: int
    first_wrong: int | None


def verify_shuffle(*, event_id: int) -> LotteryReport:
    """Compute the order of an event's lottery again and compare it with the stored one.

    Raises NotFound, and InvalidState before the lottery.
    """
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound("There is no such event.")
    lottery = QueueLottery.objects.filter(event=event).first()
    if lottery is None:
        raise InvalidState("The lottery has not been held yet: the seed is secret until the sale begins.")
    order = list(lottery.user_ids)
    admissions = _admissions(event, order)
    return LotteryReport(
        seed=event.shuffle_seed,
        seed_hash=event.seed_hash,
        drawn_at=lottery.at,
        early=len(order),
        admitted=len(admissions),
        overtaken=_overtaken(admissions),
        first_wrong=_first_difference(order, shuffled(event.shuffle_seed, order)),
    )


def _admissions(event: Event, order: list[int]) -> list[datetime]:
    """Return when each user was first admitted, in the order of the lottery; users not admitted are left out."""
    passes = QueuePass.objects.filter(event=event, user_id__in=order).order_by().values_list("user_id")
    first = dict(passes.annotate(first=Min("issued_at")))
    return [first[user_id] for user_id in order if user_id in first]


def _overtaken(admissions: list[datetime]) -> int:
    """Return how many of these times, in the order of the lottery, are later than that of a user behind."""
    overtaken, earliest = 0, None
    for at in reversed(admissions):
        if earliest is not None and at > earliest:
            overtaken += 1
        else:
            earliest = at
    return overtaken


def _first_difference(stored: list[int], computed: list[int]) -> int | None:
    return next((place for place, (a, b) in enumerate(zip(stored, computed, strict=True)) if a != b), None)
