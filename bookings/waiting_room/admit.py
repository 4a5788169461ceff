"""Admits waiting buyers from the queues: issues their queue passes, a batch every second."""

import structlog
from django.db import connection, transaction

from bookings.waiting_room import pace
from bookings.waiting_room.models import QueueLottery, QueuePass
from bookings.waiting_room.publish import publish_admission
from bookings.waiting_room.room import Room
from bookings.waiting_room.shuffle import shuffled
from core import read_only
from core.clock import database_now
from core.redis import RedisUnavailable
from core.transactions import retrying_transaction
from events.models import Event
from events.states import ON_SALE

log = structlog.get_logger(__name__)

# Skips users with an active pass: they were admitted before, and removing them from the queue failed after the commit.
# MATERIALIZED: otherwise the join reads the clock for each row, and the passes of a batch get different times.
INSERT_PASSES = """
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
    INSERT INTO bookings_queuepass (event_id, user_id, issued_at, ends_at)
    SELECT %(event)s, u.id, clock.now, clock.now + make_interval(secs => %(seconds)s)
    FROM accounts_user u CROSS JOIN clock
    WHERE u.id = ANY (%(users)s) AND u.is_active AND NOT EXISTS (
        SELECT FROM bookings_queuepass p
        WHERE p.event_id = %(event)s AND p.user_id = u.id AND p.ends_at > clock.now AND NOT EXISTS (
            SELECT FROM bookings_booking b
            WHERE b.buyer_id = p.user_id AND b.event_id = p.event_id AND b.paid_at >= p.issued_at
        )
    )
"""


def admit_from_queue(*, at: float | None = None) -> int:
    """Admit the next batch at every event with a waiting room and return the number of users admitted.

    Call it every second; more frequent or simultaneous calls admit no more. Nobody is admitted while Redis is
    unavailable or in read-only mode. `at` (seconds since 1970) replaces the clock of Redis for the queue.
    """
    if read_only.cause() is not None:
        return 0
    rooms = Event.objects.filter(waiting_room_on=True, is_active=True, status__in=ON_SALE)
    try:
        rate_factor = pace.slowdown()
        return sum(_admit(event_id, rate_factor, at) for event_id in rooms.values_list("pk", flat=True))
    except RedisUnavailable:
        log.warning("admission_skipped", reason="no Redis")
        return 0


@retrying_transaction
def _admit(event_id: int, rate_factor: float, at: float | None) -> int:
    """Admit the next batch of one event and return its size.

    1. Lock the event's row; do nothing if it is locked already.
    2. When the sale has started and is not over, hold the lottery unless it was held before.
    3. Write the passes of the next users.
    4. After the commit, remove them from the queue and publish their admission. A failure before that costs nobody
       their place.
    """
    unlocked = Event.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    event = unlocked.defer("seating_config", "description").filter(pk=event_id, waiting_room_on=True).first()
    if event is None:
        return 0
    room = Room(event_id)
    now = database_now()
    if event.sales_start_at is not None and now < event.sales_start_at:
        room.extend_expiry()
        return 0
    if event.sales_close_at is not None and now >= event.sales_close_at:
        return 0
    if event.drawn_at is None:
        _hold_lottery(event, room, at)
    users = _next_users(event, room, rate_factor, at)
    if not users:
        return 0
    _issue_passes(event, users)
    transaction.on_commit(lambda: room.remove(users), robust=True)
    transaction.on_commit(lambda: publish_admission(event_id, len(users)), robust=True)
    return len(users)


def _hold_lottery(event: Event, room: Room, at: float | None) -> None:
    """Hold the lottery: store the users who came early, in the order of the event's seed, and make the seed public."""
    order = shuffled(event.shuffle_seed, room.close_lottery(at=at))
    event.drawn_at = database_now()
    QueueLottery.objects.create(event=event, user_ids=order, at=event.drawn_at)
    event.save(update_fields=["drawn_at"])
    log.info("lottery_held", event_id=event.pk, early=len(order))


def _next_users(event: Event, room: Room, rate_factor: float, at: float | None) -> list[int]:
    """Return the ids of the users to admit now: as many as the rate allows since the last call, within `max_active`.

    `rate_factor` reduces the event's rate (`pace.slowdown`). `max_active` is the limit of active passes.
    """
    assert event.drawn_at is not None  # noqa: S101  (`_admit` holds the lottery before)
    per_second = 0.0 if event.admission_paused else event.admit_per_minute / 60 * rate_factor
    places = event.max_active - QueuePass.objects.active().filter(event=event).count()
    return room.next_batch(per_second=per_second, places=places, drawn_at=event.drawn_at.timestamp(), at=at)


def _issue_passes(event: Event, users: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT_PASSES, {"event": event.pk, "users": users, "seconds": event.pass_seconds})
