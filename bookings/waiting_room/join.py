"""What buyers do in the waiting room: join the queue, read their position, and leave."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.models import User
from bookings.errors import NoWaitingRoom
from bookings.queue_tokens import EARLY, place_token, read_place
from bookings.waiting_room import pace
from bookings.waiting_room.models import QueuePass
from bookings.waiting_room.room import Place, Room
from bookings.waiting_room.shuffle import place_of
from core.clock import Now, database_now
from core.errors import NotFound, PermissionRefused
from core.transactions import retrying_transaction
from events.catalog.selectors import visible_event
from events.errors import NotOnSale
from events.models import Event
from events.states import EventStatus

# How far the clocks of Redis and the database may differ. A place token has the time of joining by the clock of Redis,
# a pass has the time of admission by the clock of the database.
CLOCK_TOLERANCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """A buyer's queue position: a waiting buyer has a `rank` and a `token`, an admitted one a `queue_pass`.

    `rank` is the number of buyers ahead. The `token` restores the place if the queue is lost.
    """

    event: Event
    rank: int | None = None
    token: str | None = None
    queue_pass: QueuePass | None = None

    @property
    def ahead(self) -> int | None:
        """The number of buyers ahead; None before the lottery, 0 for an admitted buyer."""
        if self.queue_pass is not None:
            return 0
        return None if self.event.drawn_at is None else self.rank

    @property
    def eta(self) -> pace.Range | None:
        """Earliest and latest time of admission in seconds from now; (0, 0) if admitted, None before the lottery."""
        if self.queue_pass is not None:
            return pace.Range(0, 0)
        return None if self.ahead is None else pace.eta(self.event, self.ahead)


def join_queue(*, event_id: int, user: User, token: str | None = None, at: float | None = None) -> QueuePosition:
    """Join the queue, or return the place or pass that the buyer already has.

    The `token` of a lost place restores it, unless the buyer was admitted from it. `at` (seconds since 1970) replaces
    the clock of Redis. Raises NotFound, PermissionRefused, NotOnSale, NoWaitingRoom, RedisUnavailable.
    """
    if user.role != User.Role.BUYER:
        raise PermissionRefused("Only buyers can book seats, so only they can join the queue.")
    event = _waiting_room(event_id, user)
    queue_pass = _active_pass(event, user)
    if queue_pass is not None:
        return QueuePosition(event, queue_pass=queue_pass)
    opens_at = None if event.drawn_at or event.sales_start_at is None else event.sales_start_at.timestamp()
    early = place_of(event.shuffle_seed, user.pk)
    place = Room(event.pk).join(
        user.pk, opens_at=opens_at, early=early, restored=_restored(event, user, token, early), at=at
    )
    return _waiting(event, user, place)


def queue_position(*, event_id: int, user: User) -> QueuePosition:
    """Return the buyer's queue position.

    Raises NotFound (no such event, or not in its queue), NotOnSale, NoWaitingRoom, RedisUnavailable.
    """
    event = _waiting_room(event_id, user)
    queue_pass = _active_pass(event, user)
    if queue_pass is not None:
        return QueuePosition(event, queue_pass=queue_pass)
    place = Room(event.pk).place(user.pk)
    if place is None:
        raise NotFound("You are not in this queue.")
    return _waiting(event, user, place)


def leave_queue(*, event_id: int, user: User) -> None:
    """Give up the buyer's pass and place in the queue. Raises NotFound (no such event), RedisUnavailable."""
    event = visible_event(event_id, user)
    _end_pass(event, user)
    Room(event.pk).remove([user.pk])


@retrying_transaction
def _end_pass(event: Event, user: User) -> None:
    QueuePass.objects.active().filter(event=event, user=user).update(ends_at=Now())


def _waiting_room(event_id: int, user: User) -> Event:
    """Return the event if it is on sale and its waiting room is on. Raises NotFound, NotOnSale, NoWaitingRoom."""
    event = visible_event(event_id, user, among=Event.objects.defer("seating_config", "description"))
    if not event.is_active or event.status not in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT):
        raise NotOnSale
    if event.sales_end_at is not None and event.sales_end_at <= database_now():
        raise NotOnSale("Sales are over.")
    if not event.waiting_room_on:
        raise NoWaitingRoom
    return event


def _waiting(event: Event, user: User, place: Place) -> QueuePosition:
    token = place_token(user_id=user.pk, event_id=event.pk, score=place.score)
    return QueuePosition(event, place.rank, token)


def _active_pass(event: Event, user: User) -> QueuePass | None:
    return QueuePass.objects.active().filter(event=event, user=user).last()


def _restored(event: Event, user: User, token: str | None, early: float) -> float | None:
    """Return the score (see `room`) that a place token restores; `early` is the user's score in the lottery.

    None if there is no valid token, or if the user was admitted from that place.
    """
    score = read_place(token, user_id=user.pk, event_id=event.pk)
    if score is None:
        return None
    passes = QueuePass.objects.filter(event=event, user=user)
    if not isinstance(score, str):
        joined = datetime.fromtimestamp(score, UTC)
        return None if passes.filter(issued_at__gte=joined - CLOCK_TOLERANCE).exists() else score
    return early if score == EARLY and not passes.exists() else None
