"""Proving a draw: the same sum once more, from the seed and the list."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from bookings.models import QueueDraw, QueuePass
from bookings.waiting.shuffle import shuffled
from events.models import Event
from ticketing.errors import InvalidState, NotFound


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `first_wrong` is the first place (from 0) that another should have; None if all are right.

    `overtaken` are those let in later than somebody behind them: they had left, or lost and not claimed their place.
    """

    seed: str
    seed_hash: str
    drawn_at: datetime
    early: int
    admitted: int
    overtaken: int
    first_wrong: int | None


def verify_shuffle(*, event_id: int) -> Verdict:
    """Does the draw of the event's waiting room again. Raises NotFound, InvalidState before the draw."""
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound("There is no such event.")
    draw = QueueDraw.objects.filter(event=event).first()
    if draw is None:
        raise InvalidState("Nothing was drawn yet: the seed is secret until the sale begins.")
    order = list(draw.user_ids)
    admissions = _admissions(event, order)
    return Verdict(
        seed=event.shuffle_seed,
        seed_hash=event.seed_hash,
        drawn_at=draw.at,
        early=len(order),
        admitted=len(admissions),
        overtaken=_overtaken(admissions),
        first_wrong=_first_difference(order, shuffled(event.shuffle_seed, order)),
    )


def _admissions(event: Event, order: list[int]) -> list[datetime]:
    """When each of them was let in for the first time, in the order of the draw, without those who were not."""
    passes = QueuePass.objects.filter(event=event, user_id__in=order).order_by().values_list("user_id")
    first = dict(passes.annotate(first=Min("issued_at")))
    return [first[user_id] for user_id in order if user_id in first]


def _overtaken(admissions: list[datetime]) -> int:
    """How many were let in later than one who comes after them."""
    overtaken, earliest = 0, None
    for at in reversed(admissions):
        if earliest is not None and at > earliest:
            overtaken += 1
        else:
            earliest = at
    return overtaken


def _first_difference(one: list[int], other: list[int]) -> int | None:
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), None)
