"""The live queue position, through a running server."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from accounts.models import User
from bookings.conftest import forget_queues
from bookings.queue_tokens import read_pass
from bookings.waiting_room.admit import admit_from_queue
from bookings.waiting_room.feed import needs_update
from bookings.waiting_room.join import join_queue
from bookings.waiting_room.models import QueuePass
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def viewer_of(live_server_of_streams: Any, waiting_room: Event, client_of: Any) -> Any:
    """The event's socket and the buyer's stream, opened by a user."""
    with ExitStack() as stack:

        def make(user: User) -> tuple[Any, Any]:
            cookie = f"sessionid={client_of(user).cookies['sessionid'].value}"
            path, headers = f"/ws/event/{waiting_room.pk}", {"Cookie": cookie}
            socket = stack.enter_context(live_server_of_streams.socket(path, additional_headers=headers))
            stream = stack.enter_context(
                live_server_of_streams.stream(f"/api/booking/event/{waiting_room.pk}/sse", cookie=cookie)
            )
            socket.expect("snapshot")
            stream.wait_for_comment()
            return socket, stream

        yield make


def without_type(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name != "type"}


def test_a_buyer_receives_their_position_and_their_admission(
    waiting_room: Event, alice: User, bob: User, viewer_of: Callable[[User], tuple[Any, Any]]
) -> None:
    join_queue(event_id=waiting_room.pk, user=alice)
    join_queue(event_id=waiting_room.pk, user=bob)
    admit_from_queue(at=0)
    socket, stream = viewer_of(bob)
    frame = socket.expect("queue_position", "admitted")
    assert (frame["position"], frame["ahead"], frame["eta_seconds"]) == (2, 1, 2)
    message = stream.receive()
    assert (message.event, message.id) == ("queue_position", "")
    assert message.data == {"event_type": "queue_position", "event_id": waiting_room.pk, **without_type(frame)}

    admit_from_queue(at=1)
    assert socket.expect("queue_position", "admitted")["position"] == 1
    admit_from_queue(at=2)
    admitted = socket.expect("queue_position", "admitted")
    issued_at = read_pass(admitted["pass"], user_id=bob.pk, event_id=waiting_room.pk)
    assert QueuePass.objects.get(user=bob).issued_at == issued_at
    assert admitted["expires_at"]
    while (message := stream.receive()).event != "admitted":
        pass
    assert message.data["pass"] == admitted["pass"]


def test_a_viewer_who_is_not_in_the_queue_receives_nothing_about_it(
    waiting_room: Event, alice: User, bob: User, viewer_of: Callable[[User], tuple[Any, Any]]
) -> None:
    socket, _ = viewer_of(bob)
    join_queue(event_id=waiting_room.pk, user=alice)
    admit_from_queue(at=0)
    admit_from_queue(at=1)
    with pytest.raises(TimeoutError):
        socket.expect("queue_position", "admitted", "queue_left", timeout=1.5)


def test_a_buyer_who_is_no_longer_in_the_queue_receives_queue_left(
    waiting_room: Event, alice: User, viewer_of: Callable[[User], tuple[Any, Any]]
) -> None:
    join_queue(event_id=waiting_room.pk, user=alice)
    admit_from_queue(at=0)
    socket, stream = viewer_of(alice)
    socket.expect("queue_position")
    while stream.receive().event != "queue_position":
        pass
    forget_queues()
    assert socket.expect("queue_position", "queue_left") == {"type": "queue_left"}
    while (message := stream.receive()).event != "queue_left":
        pass
    assert message.data == {"event_type": "queue_left", "event_id": waiting_room.pk}


def test_far_from_the_front_small_changes_of_position_are_not_sent() -> None:
    def position(ahead: int, **members: Any) -> dict[str, Any]:
        return {
            "type": "queue_position",
            "ahead": ahead,
            "paused": False,
            "admit_per_minute": 60,
            "opens_at": None,
        } | members

    assert needs_update(None, position(5_000))
    assert not needs_update(position(5_000), position(4_990))
    assert needs_update(position(5_000), position(4_980))
    assert needs_update(position(50), position(49))
    assert needs_update(position(1), position(0))
    assert needs_update(position(0, opens_at="soon"), position(5_000))
    assert not needs_update(position(0, eta_seconds=9), position(0, eta_seconds=8))  # it counts down by itself
    assert needs_update(position(5_000), position(4_999, paused=True))
    assert not needs_update(position(5_000), position(5_000))
    assert needs_update(position(5_000), {"type": "admitted", "pass": "x"})
