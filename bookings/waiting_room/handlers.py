"""GET and POST /api/event/{id}/queue: the handlers of a buyer's place in an event's queue."""

from accounts.authentication import identity_of
from bookings.waiting_room.join import join_queue, queue_position
from bookings.waiting_room.messages import queue_position_body
from bookings.waiting_room.serializers import PlaceToken
from core.http.json_body import validated
from core.http.messages import ApiRequest, ApiResponse, json_response

PLACE_TOKEN = PlaceToken()


def get_place(request: ApiRequest, event_id: int) -> ApiResponse:
    """My place, or my pass. 404 if I am not in the queue; the live feed tells the same (docs/live.md)."""
    user = identity_of(request).confirm()
    return json_response(queue_position_body(queue_position(event_id=event_id, user=user)))


def post_place(request: ApiRequest, event_id: int) -> ApiResponse:
    """Joins the queue; again, and from elsewhere, it is the same place. 409 while the waiting room is off."""
    user = identity_of(request).confirm()
    token = validated(PLACE_TOKEN, request.json()).get("token")
    return json_response(queue_position_body(join_queue(event_id=event_id, user=user, token=token)))
