"""The calls of the contract's section "Waiting room"."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.schema import problems
from bookings.waiting.join import join_queue, leave_queue, look_at_queue
from bookings.waiting.messages import standing_body
from events.models import Event


class PlaceToken(serializers.Serializer[Any]):
    """What a client may bring: the token of the place it had."""

    token = serializers.CharField(
        required=False, allow_null=True, max_length=1_000, help_text="From an earlier answer; needed if it was lost."
    )


class StandingBody(serializers.Serializer[Any]):
    """How it stands with a buyer."""

    token = serializers.CharField(allow_null=True, help_text="Gives the place back if the queue is lost. Keep it.")
    state = serializers.ChoiceField(choices=["waiting", "admitted"])
    position = serializers.IntegerField(allow_null=True, help_text="1 is next; null before the draw.")
    ahead = serializers.IntegerField(allow_null=True)
    eta_seconds = serializers.IntegerField(allow_null=True, help_text="At the soonest.")
    eta_seconds_latest = serializers.IntegerField(allow_null=True, help_text="Unless the queue is paused or slowed.")
    admit_per_minute = serializers.IntegerField()
    paused = serializers.BooleanField()
    opens_at = serializers.DateTimeField(allow_null=True, help_text="When those who came early are shuffled.")
    expires_at = serializers.DateTimeField(required=False, help_text="The end of the pass.")

    def get_fields(self) -> dict[str, serializers.Field]:
        """With `pass`, which is no name for an attribute."""
        about = "For X-Queue-Pass when seats are booked."
        return {**super().get_fields(), "pass": serializers.CharField(required=False, help_text=about)}


class EventQueue(generics.GenericAPIView[Event]):
    """The queue of an event whose waiting room is on."""

    permission_classes = [IsAuthenticated]
    serializer_class = PlaceToken

    @extend_schema(operation_id="queue_look", responses={200: StandingBody} | problems(401, 404, 409, 503))
    def get(self, request: Request, event_id: int) -> Response:
        """My place, or my pass. 404 if I am not in the queue; the same is told live (docs/live.md)."""
        return Response(standing_body(look_at_queue(event_id=event_id, user=_who(request))))

    @extend_schema(
        operation_id="queue_join", responses={200: StandingBody} | problems(400, 401, 403, 404, 409, 429, 503)
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Gets in line; again, and from elsewhere, it is the same place. 409 while the waiting room is off."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        token = form.validated_data.get("token")
        return Response(standing_body(join_queue(event_id=event_id, user=_who(request), token=token)))

    @extend_schema(operation_id="queue_leave", request=None, responses={204: None} | problems(401, 404, 503))
    def delete(self, request: Request, event_id: int) -> Response:
        """Leaves the place, or the pass, to the others."""
        leave_queue(event_id=event_id, user=_who(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _who(request: Request) -> User:
    return cast(User, request.user)
