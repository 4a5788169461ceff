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
from events.states import ON_SALE

# How far the clocks of Redis and the database may differ. A place token has the time of joining by the clock of Redis,
# a pass has the time of admission by the clock of the database.
CLOCK_TOLERANCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """A buyer's queue position: a waiting buyer has a `rank` and a `token`, an admitted one a `queue_pass`.

    `rank` is the number of buyers ahead of the `waiting` ones. The `token` restores the place if the queue is lost.
    """

    event: Event
    rank: int = 0
    waiting: int = 0
    token: str | None = None
    queue_pass: QueuePass | None = None

    @property
    def opens_at(self) -> datetime | None:
        """When the lottery among those who came early takes place; None without a lottery and after it.

        A place becomes final with the start of sales, not with the lottery up to a second later.
        """
        opens = self.event.sales_start_at
        return None if self.event.drawn_at or opens is None or opens <= datetime.now(UTC) else opens

    @property
    def ahead(self) -> int:
        """The number of buyers ahead; 0 for an admitted buyer.

        Nobody has a place before the lottery, so it is the worst case: everyone else who waits.
        """
        if self.queue_pass is not None:
            return 0
        return self.rank if self.opens_at is None else max(0, self.waiting - 1)

    @property
    def eta(self) -> pace.Range:
        """Earliest and latest time of admission in seconds from now; (0, 0) if admitted.

        Before the lottery from the best place of all to the worst, after the start of sales.
        """
        if self.queue_pass is not None:
            return pace.Range(0, 0)
        if self.opens_at is None:
            return pace.eta(self.event, self.ahead)
        return pace.eta_after_lottery(self.event, self.ahead, self.opens_at - datetime.now(UTC))


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
    if not event.is_active or event.status not in ON_SALE:
        raise NotOnSale
    if event.sales_close_at is not None and event.sales_close_at <= database_now():
        raise NotOnSale("Sales are over.")
    if not event.waiting_room_on:
        raise NoWaitingRoom
    return event


def _waiting(event: Event, user: User, place: Place) -> QueuePosition:
    token = place_token(user_id=user.pk, event_id=event.pk, score=place.score)
    return QueuePosition(event, place.rank, place.waiting, token)


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
