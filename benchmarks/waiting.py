"""The cost of a waiting room with 100,000 people: `python -m benchmarks.waiting [--rounds 3]`.

Calls the operations directly, on servers of its own without other load. The admission rate is measured with a
simulated clock, which also drives the admission: people admitted compared with those due, in the worst second.
"""

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.tools.command import rounds_of
from benchmarks.tools.report import Figures
from benchmarks.tools.stage import own_services

if TYPE_CHECKING:
    from accounts.models import User
    from events.models import Event

CROWD = 100_000
TIMED_CALLS = 2_000  # calls measured one by one
VIEWERS = 10_000  # of one process
PER_MINUTE = 50_000
OPENS_AT = 1_000  # seconds, on the simulated clock


def main() -> None:
    """Fill a waiting room and empty it, in rounds; publish medians and spread."""
    with rounds_of("waiting", __doc__, rounds=3) as (report, rounds), own_services():
        users = _users()
        for _ in rounds:
            report.add(one_round(users))


def one_round(users: "list[User]") -> Figures:
    """Create an event with everybody in its queue, half of them early; then admit all."""
    from bookings.waiting_room.feed import read_positions
    from bookings.waiting_room.join import join_queue, queue_position

    event = _new_event()
    joining, (waiting, others) = users[-TIMED_CALLS:], (users[:TIMED_CALLS], users[:VIEWERS])
    before = _memory()
    _fill(event, users[:-TIMED_CALLS])
    figures = _percentiles("join", lambda user: join_queue(event_id=event.pk, user=user), joining)
    figures["memory of a waiting buyer (bytes)"] = (_memory() - before) / len(users)
    figures |= _percentiles("read a position in", lambda user: queue_position(event_id=event.pk, user=user), waiting)
    started = time.perf_counter()
    read_positions(event, [user.pk for user in others])
    figures[f"positions of {VIEWERS:,} viewers (ms)"] = (time.perf_counter() - started) * 1000
    return figures | _admit_all(len(users))


def _users() -> "list[User]":
    from accounts.models import User

    crowd = [User(email=f"bench{number}@example.com", name="Bench", password="!") for number in range(CROWD)]
    return User.objects.bulk_create(crowd, batch_size=5_000)


def _new_event() -> "Event":
    from accounts.models import User
    from events.lifecycle.create import create_event
    from events.models import Event
    from events.seating.configuration import read_seating

    Event.objects.update(waiting_room_on=False)
    seating = {"rows": 10, "cols": 10, "sections": [{"name": "A", "price": 100, "subsections": 2}]}
    seller, _ = User.objects.get_or_create(email="seller@example.com", name="Seller", role="seller", password="!")
    return create_event(
        seller=seller,
        seating=read_seating(seating, max_seats=200),
        name="Bench",
        description="",
        venue_name="Here",
        waiting_room_on=True,
        admit_per_minute=PER_MINUTE,
        max_active=CROWD,
        pass_seconds=86_400,
    )


def _fill(event: "Event", users: "list[User]") -> None:
    """Let them join, half of them before the sale opens."""
    from bookings.waiting_room.room import Room
    from bookings.waiting_room.shuffle import place_of

    room = Room(event.pk)
    for number, user in enumerate(users):
        at = OPENS_AT - 1 if number < CROWD / 2 else OPENS_AT
        room.join(user.pk, opens_at=OPENS_AT, early=place_of(event.shuffle_seed, user.pk), at=at)


def _percentiles(name: str, function: "Callable[[User], Any]", users: "list[User]") -> Figures:
    times = []
    for user in users:
        started = time.perf_counter()
        function(user)
        times.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times, n=100)
    return {f"{name} the queue: p50 (ms)": cuts[49], f"{name} the queue: p95 (ms)": cuts[94]}


def _admit_all(number: int) -> Figures:
    from bookings.waiting_room.admit import admit_from_queue

    admit_from_queue(at=OPENS_AT)
    admitted, seconds, worst, durations = 0, 0, 0.0, []
    while admitted < number and seconds < 1_000:
        seconds += 1
        started = time.perf_counter()
        admitted += admit_from_queue(at=OPENS_AT + seconds)
        durations.append((time.perf_counter() - started) * 1000)
        due = min(number, seconds * PER_MINUTE / 60)
        worst = max(worst, abs(admitted - due) / due)
    return {
        f"a second's batch of {PER_MINUTE // 60}: p50 (ms)": statistics.median(durations),
        "admitted compared with due, worst second (%)": worst * 100,
        "admitted of all (%)": 100 * admitted / number,
    }


def _memory() -> int:
    from core.redis import client

    return int(client().info("memory")["used_memory"])


if __name__ == "__main__":
    main()
