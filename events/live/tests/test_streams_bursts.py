"""Many changes at once arrive merged: fewer frames than changes, none lost, each joined to the one before."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from events.inventory.blocking import block_seats
from realtime.publish import publish

CHANGES = 40
SEATS = [f"{row}-{seat}" for row in range(1, 5) for seat in range(1, 11)]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def burst(concert, carol, monkeypatch) -> Callable[[], None]:
    """Changes each seat of a block in a transaction of its own; their messages are published together."""

    def happen() -> None:
        messages: list[tuple[str, dict[str, Any]]] = []
        monkeypatch.setattr("events.publish.publish", lambda group, message: messages.append((group, message)))
        for seat in SEATS:
            block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=[seat])
        for group, message in messages:
            publish(group, message)

    return happen


def count_joined(told: Iterator[dict[str, Any]]) -> int:
    """How many frames it takes to know all; each must begin where the one before ended."""
    known, frames = 0, 0
    seats: dict[str, str] = {}
    while known < CHANGES:
        row = next(told)
        assert row["from_version"] == known
        frames, known, seats = frames + 1, row["version"], seats | row["seats"]
    assert seats == dict.fromkeys(SEATS, "blocked")
    return frames


def test_a_burst_arrives_merged_and_whole_at_a_socket(server, concert, burst):
    with server.socket(f"/ws/event/{concert.pk}") as viewer:
        viewer.send("watch", section="A", subsection=1)
        viewer.expect("seats")
        burst()
        frames = count_joined(iter(lambda: viewer.expect("seats_changed"), None))
    assert frames <= CHANGES / 4


def test_a_burst_arrives_merged_and_whole_at_a_stream(server, concert, burst):
    with server.stream(f"/api/event/{concert.pk}/sse") as stream:
        stream.receive()
        burst()
        frames = count_joined(iter(lambda: stream.receive().data["sections"][0], None))
    assert frames <= CHANGES / 4
