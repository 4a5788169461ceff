"""Getting in line, looking where one stands, and leaving: what a buyer does in the waiting room."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.models import User
from accounts.transactions import durably
from bookings.errors import NoWaitingRoom
from bookings.models import QueuePass
from bookings.waiting import pace
from bookings.waiting.room import Room, Spot
from bookings.waiting.shuffle import place_of
from bookings.waiting.tokens import EARLY, place_token, read_place
from events.clock import Now, database_now
from events.errors import NotOnSale
from events.models import Event
from events.reads import visible_event
from events.states import EventStatus
from ticketing.errors import NotFound, PermissionRefused

# A token shows when its owner joined, by the clock of Redis; his pass, when he was let in, by that of the database.
CLOCKS_DIFFER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a buyer: so many are before him (`rank`), or he was let in and has a `queue_pass`.

    With the `token` he gets his place back if the queue is lost.
    """

    event: Event
    rank: int | None = None
    token: str | None = None
    queue_pass: QueuePass | None = None

    @property
    def ahead(self) -> int | None:
        """How many are before him; None until the draw, and 0 once he is in."""
        if self.queue_pass is not None:
            return 0
        return None if self.event.drawn_at is None else self.rank

    @property
    def eta(self) -> pace.Range | None:
        """Seconds he has still to wait, as far as can be told."""
        if self.queue_pass is not None:
            return pace.Range(0, 0)
        return None if self.ahead is None else pace.eta(self.event, self.ahead)


def join_queue(*, event_id: int, user: User, token: str | None = None, at: float | None = None) -> Standing:
    """Gets in line, or finds the place, or the pass, that the buyer has already.

    With the `token` of a place that was lost he gets that one again, if he was not let in since. `at` (seconds) is
    another clock than Redis'. Raises NotFound, PermissionRefused, NotOnSale, NoWaitingRoom, RedisGone.
    """
    if user.role != User.Role.BUYER:
        raise PermissionRefused("Only buyers can book seats, so only they can get in line.")
    event = _waiting_room(event_id, user)
    queue_pass = _active_pass(event, user)
    if queue_pass is not None:
        return Standing(event, queue_pass=queue_pass)
    opens_at = None if event.drawn_at or event.sales_start_at is None else event.sales_start_at.timestamp()
    early = place_of(event.shuffle_seed, user.pk)
    spot = Room(event.pk).join(
        user.pk, opens_at=opens_at, early=early, restored=_restored(event, user, token, early), at=at
    )
    return _waiting(event, user, spot)


def look_at_queue(*, event_id: int, user: User) -> Standing:
    """Where the buyer stands. Raises NotFound if he is not in this queue, and what `join_queue` raises."""
    event = _waiting_room(event_id, user)
    queue_pass = _active_pass(event, user)
    if queue_pass is not None:
        return Standing(event, queue_pass=queue_pass)
    spot = Room(event.pk).spot(user.pk)
    if spot is None:
        raise NotFound("You are not in this queue.")
    return _waiting(event, user, spot)


def leave_queue(*, event_id: int, user: User) -> None:
    """Gives up the place, or the pass, for the others. Raises NotFound (no such event), RedisGone."""
    event = visible_event(event_id, user)
    _end_pass(event, user)
    Room(event.pk).remove([user.pk])


@durably
def _end_pass(event: Event, user: User) -> None:
    QueuePass.objects.active().filter(event=event, user=user).update(ends_at=Now())


def _waiting_room(event_id: int, user: User) -> Event:
    event = visible_event(event_id, user, among=Event.objects.defer("seating_config", "description"))
    if not event.is_active or event.status not in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT):
        raise NotOnSale
    if event.sales_end_at is not None and event.sales_end_at <= database_now():
        raise NotOnSale("Sales are over.")
    if not event.waiting_room_on:
        raise NoWaitingRoom
    return event


def _waiting(event: Event, user: User, spot: Spot) -> Standing:
    token = place_token(user_id=user.pk, event_id=event.pk, score=spot.score)
    return Standing(event, spot.rank, token)


def _active_pass(event: Event, user: User) -> QueuePass | None:
    return QueuePass.objects.active().filter(event=event, user=user).last()


def _restored(event: Event, user: User, token: str | None, early: float) -> float | None:
    """The place that the token says, unless its owner was let in from it: then it is used up."""
    place = read_place(token, user_id=user.pk, event_id=event.pk)
    if place is None:
        return None
    passes = QueuePass.objects.filter(event=event, user=user)
    if not isinstance(place, str):
        joined = datetime.fromtimestamp(place, UTC)
        return None if passes.filter(issued_at__gte=joined - CLOCKS_DIFFER).exists() else place
    return early if place == EARLY and not passes.exists() else None
