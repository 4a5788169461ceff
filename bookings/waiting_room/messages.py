"""A buyer's position in the queue as the API's response, as a WebSocket frame and as a stream message."""

from typing import Any

from bookings.queue_tokens import pass_token
from bookings.waiting_room.join import QueuePosition
from bookings.waiting_room.models import QueuePass
from realtime.frames import socket_frame, stream_message

LEFT = {"type": "queue_left"}


def queue_position_body(position: QueuePosition) -> dict[str, Any]:
    """Return the response of /api/event/{id}/queue."""
    state = "admitted" if position.queue_pass else "waiting"
    body = {"token": position.token, "state": state, **_place(position), **_room(position)}
    return body | (_pass(position.queue_pass) if position.queue_pass else {})


def queue_position_event(position: QueuePosition | None) -> dict[str, Any]:
    """Return the live update for a position, as a dict with its `type`.

    For None it is `queue_left`: the buyer is no longer in the queue.
    """
    if position is None:
        return LEFT
    if position.queue_pass:
        return {"type": "admitted", **_pass(position.queue_pass)}
    return {"type": "queue_position", **_place(position), **_room(position)}


def frame(event: dict[str, Any]) -> bytes:
    """Return a live update (`queue_position_event`) as a frame for the WebSocket of the event on sale."""
    return socket_frame(event)


def message(event: dict[str, Any], event_id: int) -> bytes:
    """Return a live update (`queue_position_event`) as a message for the buyer's stream.

    The message has no id, so a client that reconnects still sends the id of the last booking message.
    """
    kind = event["type"]
    data = {name: value for name, value in event.items() if name != "type"}
    return stream_message(kind, {"event_type": kind, "event_id": event_id, **data}, None)


def _place(position: QueuePosition) -> dict[str, Any]:
    ahead, eta = position.ahead, position.eta
    return {
        "position": 0 if position.queue_pass else ahead + 1,
        "ahead": ahead,
        "eta_seconds": eta.soonest,
        "eta_seconds_latest": eta.latest,
    }


def _room(position: QueuePosition) -> dict[str, Any]:
    event = position.event
    return {
        "admit_per_minute": event.admit_per_minute,
        "paused": event.admission_paused,
        "opens_at": position.opens_at,
    }


def _pass(queue_pass: QueuePass) -> dict[str, Any]:
    signed = pass_token(
        user_id=queue_pass.user_id,
        event_id=queue_pass.event_id,
        issued_at=queue_pass.issued_at,
        ends_at=queue_pass.ends_at,
    )
    return {"pass": signed, "expires_at": queue_pass.ends_at}
