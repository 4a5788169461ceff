"""The API view that cancels an event."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.event_changes.cancel_event import cancel_event
from core.http.views import ApiView
from core.openapi import problems
from events.catalog.permissions import AnyoneReadsSellersWrite
from events.catalog.serializers import EventDetail, event_detail


class EventCancellation(ApiView):
    """Cancellation of an event."""

    permission_classes = [AnyoneReadsSellersWrite]

    @extend_schema(operation_id="event_cancel", responses={202: EventDetail} | problems(401, 403, 404, 409))
    def post(self, request: Request, event_id: int) -> Response:
        """Cancel the event at once; every hold ends and every paid booking is refunded in the background."""
        event = cancel_event(event_id=event_id, seller=authenticated_user(request))
        return Response(event_detail(event), status.HTTP_202_ACCEPTED)
