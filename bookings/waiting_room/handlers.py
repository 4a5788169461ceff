"""Handlers of GET and POST /api/event/{id}/queue: read a buyer's place in the queue, and join."""

from accounts.authentication import identity_of
from bookings.waiting_room.join import join_queue, queue_position
from bookings.waiting_room.messages import queue_position_body
from bookings.waiting_room.serializers import PlaceToken
from core.http.messages import ApiRequest, ApiResponse, json_response

PLACE_TOKEN = PlaceToken()


def get_place(request: ApiRequest, event_id: int) -> ApiResponse:
    """Return the caller's queue position or pass; 404 if there is neither.

    The live feed sends the same (docs/live.md).
    """
    user = identity_of(request).confirm()
    return json_response(queue_position_body(queue_position(event_id=event_id, user=user)))


def post_place(request: ApiRequest, event_id: int) -> ApiResponse:
    """Join the queue. Joining again, also from another device, keeps the place. 409 while the waiting room is off."""
    user = identity_of(request).confirm()
    token = request.body(PLACE_TOKEN).get("token")
    return json_response(queue_position_body(join_queue(event_id=event_id, user=user, token=token)))
