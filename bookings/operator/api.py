"""API views for operators: current numbers, feature switches, and how fast a waiting room admits buyers.

These endpoints also work in read-only mode.
"""

from typing import Any, cast

import structlog
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from bookings.operator import overview
from core import feature_switches
from core.http.bodies import Body
from core.http.json_types import Flag, WholeNumber
from core.http.views import ApiView
from core.openapi import problems
from events.lifecycle.change import change_event
from events.models import MAX_PER_MINUTE

log = structlog.get_logger(__name__)


class OperatorsOnly(BasePermission):
    """Allows superusers only."""

    message = "Only operators can do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and request.user.is_superuser)


class SwitchChange(Body):
    """The new state of a feature switch."""

    on = Flag()


class SwitchBody(SwitchChange):
    """The state of a feature switch, and who changed it last and when."""

    changed_at = serializers.DateTimeField(allow_null=True)
    changed_by = serializers.CharField(allow_null=True)


class AdmissionChange(Body):
    """New settings of a waiting room. Fields that are not sent keep their values."""

    paused = Flag(required=False, help_text="While true, nobody is admitted.")
    admit_per_minute = WholeNumber(min_value=1, max_value=MAX_PER_MINUTE, required=False)


class RoomBody(serializers.Serializer[Any]):
    """Settings and current numbers of a waiting room that is on."""

    event_id = serializers.IntegerField()
    name = serializers.CharField()
    waiting = serializers.IntegerField(allow_null=True, help_text="Buyers in the queue; null if Redis is unavailable.")
    active = serializers.IntegerField(help_text="Buyers who were admitted and are still choosing.")
    admitted_last_minute = serializers.IntegerField()
    admit_per_minute = serializers.IntegerField()
    max_active = serializers.IntegerField()
    paused = serializers.BooleanField()


class NumbersBody(serializers.Serializer[Any]):
    """Measurements of the last `window_seconds`, over all processes."""

    holds_per_second = serializers.FloatField()
    hold_p95_ms = serializers.FloatField(allow_null=True)
    admission_share = serializers.FloatField(
        help_text="Share of `admit_per_minute` at which waiting rooms admit; less than 1 while holds are slow."
    )
    limits_hit = serializers.IntegerField()
    challenges = serializers.DictField(child=serializers.IntegerField())
    refusals = serializers.DictField(child=serializers.IntegerField(), help_text="Refused requests by error code.")


class ProcessBody(serializers.Serializer[Any]):
    """The state of one process that serves the API."""

    name = serializers.CharField()
    in_flight = serializers.IntegerField(help_text="Requests that write and are being processed.")
    read_only = serializers.CharField(  # type: ignore[assignment]  # a field's own attribute has the same name
        allow_null=True, help_text="Why the process is read-only: switch or database; null if it is not."
    )
    breakers = serializers.DictField(
        child=serializers.CharField(), help_text="State of each circuit breaker: closed, open or half-open."
    )


class TroubleBody(serializers.Serializer[Any]):
    """Money that an operator must look at. `amount` is in minor units of `currency`."""

    kind = serializers.ChoiceField(
        choices=["refund_failed", "refund_waiting", "wrong_amount", "dispute"],
        help_text="A refund that the gateway refused for good; one that can't be sent for some time; a capture of "
        "another amount than was asked for, which is refunded; a dispute that is not decided.",
    )
    booking_id = serializers.UUIDField()
    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    since = serializers.DateTimeField()
    detail = serializers.CharField(help_text="What the gateway said.")


class Overview(serializers.Serializer[Any]):
    """Everything that the operator page shows."""

    window_seconds = serializers.IntegerField()
    switches = serializers.DictField(child=SwitchBody())
    read_only = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    numbers = NumbersBody(allow_null=True, help_text="Null if Redis is unavailable.")
    processes = ProcessBody(many=True)
    waiting_rooms = RoomBody(many=True)
    money = TroubleBody(many=True, help_text="The newest cases, at most 50.")


class OperatorOverview(ApiView):
    """The current state of the installation."""

    permission_classes = [OperatorsOnly]

    @extend_schema(operation_id="operator_overview", responses={200: Overview} | problems(401, 403))
    def get(self, request: Request) -> Response:
        """Switches, measurements, processes and waiting rooms. The operator page polls this every second."""
        return Response(overview.overview())


class OperatorSwitch(ApiView):
    """One feature switch, `surge` or `read_only`."""

    permission_classes = [OperatorsOnly]
    bodies = {"POST": SwitchChange}

    @extend_schema(
        operation_id="operator_switch",
        responses={200: SwitchBody} | problems(400, 401, 403, 503),
    )
    def post(self, request: Request, name: str) -> Response:
        """Turn the switch on or off. Every process applies it within a second."""
        switch = feature_switches.turn(name=name, on=self.body["on"], by=cast(User, request.user))
        return Response(overview.switch_body(switch))


class OperatorAdmission(ApiView):
    """The pace at which an event's waiting room admits buyers."""

    permission_classes = [OperatorsOnly]
    bodies = {"POST": AdmissionChange}

    @extend_schema(
        operation_id="operator_admission",
        responses={200: RoomBody} | problems(400, 401, 403, 404, 409, 503),
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Pause or resume the waiting room, or set how many buyers it admits per minute."""
        settings = self.body
        fields = {"admission_paused" if name == "paused" else name: value for name, value in settings.items()}
        event = change_event(event_id=event_id, seller=cast(User, request.user), **fields)
        log.warning("admission_changed", event_id=event_id, by=request.user.pk, **settings)
        return Response(overview.room_of(event))
