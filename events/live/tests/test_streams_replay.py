"""Replaying the deltas on the snapshot gives the state of the database, whatever happens to the messages."""

import random
import threading
from contextlib import suppress

import pytest
from django.db import transaction

from events.catalog.selectors import seat_map
from events.inventory.seats import change_seats, lock_subsection
from events.models import Subsection
from events.states import SEAT_TRANSITIONS, ChangeKind
from realtime.publish import publish
from realtime.tests.servers import Server, Socket

pytestmark = pytest.mark.django_db(transaction=True)

MAX_REPAIR_SECONDS = 8


class Replica:
    """A client that keeps a copy of the map, only by the rule in docs/live.md."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.known: dict[tuple[str, int], int] = {}
        self.seats: dict[tuple[str, int], list[str]] = {}
        self.cols: dict[tuple[str, int], int] = {}
        self.refetches = 0
        self.goal: int | None = None  # the sum of all versions

    def begin(self) -> None:
        for row in self.socket.expect("snapshot")["sections"]:
            self.cols[row["section"], row["subsection"]] = row["cols"]
        self.socket.send("watch")

    def follow(self) -> None:
        """Apply frames until the versions add up to `goal`."""
        while self.goal is None or sum(self.known.values()) < self.goal:
            with suppress(TimeoutError):
                self.apply(self.socket.receive(0.2))

    def apply(self, frame: dict) -> None:
        if frame["type"] not in {"seats", "seats_changed"}:
            return
        subsection = frame["section"], frame["subsection"]
        if frame["type"] == "seats":
            self.known[subsection], self.seats[subsection] = frame["version"], list(frame["seats"])
        elif self.known.get(subsection, -1) < frame["from_version"]:
            self.refetches += 1
            self.socket.send("watch", section=subsection[0], subsection=subsection[1])
        elif self.known[subsection] < frame["version"]:
            self._set_seats(subsection, frame["seats"])
            self.known[subsection] = frame["version"]
            assert frame["available"] == self.seats[subsection].count("a")

    def _set_seats(self, subsection: tuple[str, int], seats: dict[str, str]) -> None:
        for seat, status in seats.items():
            row, number = map(int, seat.split("-"))
            self.seats[subsection][(row - 1) * self.cols[subsection] + number - 1] = status[0]


def change_at_random(event_id: int, chance: random.Random) -> None:
    """Commit one change of one subsection: block or unblock some seats."""
    chosen = chance.choice(list(Subsection.objects.filter(event_id=event_id)))
    with transaction.atomic():
        subsection = lock_subsection(chosen.pk)
        kind = chance.choice([ChangeKind.BLOCKED, ChangeKind.UNBLOCKED])
        tickets = subsection.tickets.filter(status=SEAT_TRANSITIONS[kind][0]).values_list("position", flat=True)
        positions = list(tickets)
        if positions:
            some = chance.sample(positions, min(len(positions), chance.randint(1, 4)))
            change_seats(subsection=subsection, positions=some, kind=kind)


class UnreliablePublisher:
    """Publishes messages, but loses, doubles, delays and reorders them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.kept: list[tuple[str, dict]] = []

    def publish(self, group: str, message: dict) -> None:
        self.kept += [(group, message)] * self.chance.choice([0, 1, 1, 1, 2])
        self.chance.shuffle(self.kept)
        while len(self.kept) > 3:
            publish(*self.kept.pop())


def database_map(event_id: int) -> dict[tuple[str, int], tuple[int, str]]:
    return {(row["section"], row["subsection"]): (row["version"], row["seats"]) for row in seat_map(event_id)}


@pytest.mark.parametrize(("changes", "reliable"), [(400, True), (2000, False)])
def test_replaying_the_deltas_equals_the_database(
    live_server_of_streams: Server, concert, monkeypatch, changes, reliable
):
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    if not reliable:
        monkeypatch.setattr("events.publish.publish", UnreliablePublisher(chance).publish)
    with live_server_of_streams.socket(f"/ws/event/{concert.pk}") as socket:
        replica = Replica(socket)
        replica.begin()
        follower = threading.Thread(target=replica.follow, daemon=True)
        follower.start()
        for _ in range(changes):
            change_at_random(concert.pk, chance)
        expected = database_map(concert.pk)
        replica.goal = sum(version for version, _ in expected.values())
        follower.join(MAX_REPAIR_SECONDS)
        assert not follower.is_alive()
    assert {
        subsection: (replica.known[subsection], "".join(replica.seats[subsection])) for subsection in expected
    } == expected
    assert replica.refetches == 0
