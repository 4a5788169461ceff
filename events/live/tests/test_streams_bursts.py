"""Many changes at once arrive merged: fewer frames than changes, without gaps, and none lost."""

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
    """A function that blocks each seat in its own transaction and publishes their messages together."""

    def change_all() -> None:
        messages: list[tuple[str, dict[str, Any]]] = []
        monkeypatch.setattr("events.publish.publish", lambda group, message: messages.append((group, message)))
        for seat in SEATS:
            block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=[seat])
        for group, message in messages:
            publish(group, message)

    return change_all


def count_frames(rows: Iterator[dict[str, Any]]) -> int:
    """Return the number of frames until all changes are known; each must continue where the previous one ended."""
    known, frames = 0, 0
    seats: dict[str, str] = {}
    while known < CHANGES:
        row = next(rows)
        assert row["from_version"] == known
        frames, known, seats = frames + 1, row["version"], seats | row["seats"]
    assert seats == dict.fromkeys(SEATS, "blocked")
    return frames


def test_a_socket_gets_a_burst_merged_and_complete(server, concert, burst):
    with server.socket(f"/ws/event/{concert.pk}") as viewer:
        viewer.send("watch", section="A", subsection=1)
        viewer.expect("seats")
        burst()
        frames = count_frames(iter(lambda: viewer.expect("seats_changed"), None))
    assert frames <= CHANGES / 4


def test_a_stream_gets_a_burst_merged_and_complete(server, concert, burst):
    with server.stream(f"/api/event/{concert.pk}/sse") as stream:
        stream.receive()
        burst()
        frames = count_frames(iter(lambda: stream.receive().data["sections"][0], None))
    assert frames <= CHANGES / 4
