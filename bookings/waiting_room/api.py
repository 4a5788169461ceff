"""API view of an event's queue; `handlers` has the functions that the fast path calls, too."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from bookings.waiting_room.handlers import get_place, post_place
from bookings.waiting_room.join import leave_queue
from bookings.waiting_room.serializers import PlaceToken, QueuePositionBody
from core.http.views import HandlerView, handled_by
from core.openapi import problems


class EventQueue(HandlerView):
    """The queue of an event whose waiting room is on."""

    permission_classes = [IsAuthenticated]
    bodies = {"POST": PlaceToken}

    get = extend_schema(operation_id="queue_look", responses={200: QueuePositionBody} | problems(401, 404, 409, 503))(
        handled_by(get_place)
    )
    post = extend_schema(
        operation_id="queue_join", responses={200: QueuePositionBody} | problems(400, 401, 403, 404, 409, 429, 503)
    )(handled_by(post_place))

    @extend_schema(operation_id="queue_leave", responses={204: None} | problems(401, 404, 503))
    def delete(self, request: Request, event_id: int) -> Response:
        """Give up the place in the queue, or the pass."""
        leave_queue(event_id=event_id, user=cast(User, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)
