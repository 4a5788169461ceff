"""Letting people in from the queues, a second's share at a time."""

import structlog
from django.db import connection, transaction

from accounts import read_only
from accounts.redis import RedisGone
from accounts.transactions import durably
from bookings.models import QueueDraw, QueuePass
from bookings.waiting import pace
from bookings.waiting.publish import publish_admission
from bookings.waiting.room import Room
from bookings.waiting.shuffle import shuffled
from events.clock import database_now
from events.models import Event
from events.states import EventStatus

log = structlog.get_logger(__name__)

ON_SALE = (EventStatus.AVAILABLE, EventStatus.SOLD_OUT)

# Nobody has two passes at once: who has one already was to be taken out of the queue, and something came between.
# Materialized: a clock in a join would be read again for each row, so that a share had many times.
ISSUE = """
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


def admit_waiting(*, at: float | None = None) -> int:
    """Lets in whose turn it is, at every event with a waiting room; returns how many.

    To be called every second; more often, or by several at once, changes nothing. Without Redis nobody is let in, nor
    while nothing can be held anyway. `at` (seconds) is another clock for the queue than Redis'.
    """
    if read_only.cause() is not None:
        return 0
    rooms = Event.objects.filter(waiting_room_on=True, is_active=True, status__in=ON_SALE)
    try:
        share = pace.slowdown()
        return sum(_admit(event_id, share, at) for event_id in rooms.values_list("pk", flat=True))
    except RedisGone:
        log.warning("admission_stands_still", reason="no Redis")
        return 0


@durably
def _admit(event_id: int, share: float, at: float | None) -> int:
    """One event's.

    1. Lock the event's row; whoever finds it locked leaves it to the other.
    2. Once the sale has begun: draw, if that was not done yet.
    3. Write the passes of those who are next.
    4. After the commit they leave the queue and are told. What fails before costs nobody his place.
    """
    free = Event.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    event = free.defer("seating_config", "description").filter(pk=event_id, waiting_room_on=True).first()
    if event is None:
        return 0
    room = Room(event_id)
    now = database_now()
    if event.sales_start_at is not None and now < event.sales_start_at:
        room.keep()
        return 0
    if event.drawn_at is None:
        _draw(event, room, at)
    users = _next(event, room, share, at)
    if not users:
        return 0
    _issue(event, users)
    transaction.on_commit(lambda: room.remove(users), robust=True)
    transaction.on_commit(lambda: publish_admission(event_id, len(users)), robust=True)
    return len(users)


def _draw(event: Event, room: Room, at: float | None) -> None:
    """Writes down who came early, in the order of the seed, which is public from now on."""
    order = shuffled(event.shuffle_seed, room.close_the_draw(at=at))
    event.drawn_at = database_now()
    QueueDraw.objects.create(event=event, user_ids=order, at=event.drawn_at)
    event.save(update_fields=["drawn_at"])
    log.info("queue_drawn", event_id=event.pk, early=len(order))


def _next(event: Event, room: Room, share: float, at: float | None) -> list[int]:
    assert event.drawn_at is not None
    per_second = 0.0 if event.admission_paused else event.admit_per_minute / 60 * share
    places = event.max_active - QueuePass.objects.active().filter(event=event).count()
    return room.share(per_second=per_second, places=places, drawn_at=event.drawn_at.timestamp(), at=at)


def _issue(event: Event, users: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ISSUE, {"event": event.pk, "users": users, "seconds": event.pass_seconds})
