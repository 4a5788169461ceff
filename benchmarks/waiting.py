"""What the waiting room costs with 100,000 people in it: `python -m benchmarks.waiting [--rounds 3]`.

Straight at the operations, on servers of its own; nobody else asks them meanwhile. The rate is measured by a clock that
is driven, as the admission is: how many were let in beside how many were due, the worst of all seconds.
"""

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.command import rounds_of
from benchmarks.report import Figures
from benchmarks.stage import own_services

if TYPE_CHECKING:
    from accounts.models import User
    from events.models import Event

CROWD = 100_000
EACH = 2_000  # calls that are timed one by one
VIEWERS = 10_000  # of one process
PER_MINUTE = 50_000
OPENS_AT = 1_000  # seconds, on the driven clock


def main() -> None:
    """Fills a waiting room and empties it, round after round, and publishes medians and spread."""
    with rounds_of("waiting", __doc__, rounds=3) as (report, rounds), own_services():
        users = _users()
        for _ in rounds:
            report.add(one_round(users))


def one_round(users: "list[User]") -> Figures:
    """A new event with everybody in its queue, half of them early; then all are let in."""
    from bookings.waiting.feed import read_standings
    from bookings.waiting.join import join_queue, look_at_queue

    event = _new_event()
    joining, (waiting, others) = users[-EACH:], (users[:EACH], users[:VIEWERS])
    before = _memory()
    _fill(event, users[:-EACH])
    figures = _percentiles("join", lambda user: join_queue(event_id=event.pk, user=user), joining)
    figures["memory of a waiting buyer (bytes)"] = (_memory() - before) / len(users)
    figures |= _percentiles("look at", lambda user: look_at_queue(event_id=event.pk, user=user), waiting)
    started = time.perf_counter()
    read_standings(event, [user.pk for user in others])
    figures[f"positions of {VIEWERS:,} viewers (ms)"] = (time.perf_counter() - started) * 1000
    return figures | _let_in(len(users))


def _users() -> "list[User]":
    from accounts.models import User

    crowd = [User(email=f"bench{number}@example.com", name="Bench", password="!") for number in range(CROWD)]
    return User.objects.bulk_create(crowd, batch_size=5_000)


def _new_event() -> "Event":
    from accounts.models import User
    from events.models import Event
    from events.operations.create import create_event
    from events.seating import read_seating

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
    """Half of them come before the sale."""
    from bookings.waiting.room import Room
    from bookings.waiting.shuffle import place_of

    room = Room(event.pk)
    for number, user in enumerate(users):
        at = OPENS_AT - 1 if number < CROWD / 2 else OPENS_AT
        room.join(user.pk, opens_at=OPENS_AT, early=place_of(event.shuffle_seed, user.pk), at=at)


def _percentiles(name: str, act: "Callable[[User], Any]", users: "list[User]") -> Figures:
    times = []
    for user in users:
        started = time.perf_counter()
        act(user)
        times.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times, n=100)
    return {f"{name} the queue: p50 (ms)": cuts[49], f"{name} the queue: p95 (ms)": cuts[94]}


def _let_in(number: int) -> Figures:
    from bookings.waiting.admit import admit_waiting

    admit_waiting(at=OPENS_AT)
    admitted, seconds, worst, beats = 0, 0, 0.0, []
    while admitted < number and seconds < 1_000:
        seconds += 1
        started = time.perf_counter()
        admitted += admit_waiting(at=OPENS_AT + seconds)
        beats.append((time.perf_counter() - started) * 1000)
        due = min(number, seconds * PER_MINUTE / 60)
        worst = max(worst, abs(admitted - due) / due)
    return {
        f"a second's share of {PER_MINUTE // 60}: p50 (ms)": statistics.median(beats),
        "let in beside due, worst second (%)": worst * 100,
        "let in of all (%)": 100 * admitted / number,
    }


def _memory() -> int:
    from accounts.redis import client

    return int(client().info("memory")["used_memory"])


if __name__ == "__main__":
    main()
