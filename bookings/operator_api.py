"""The operator's calls: numbers of the moment, switches, the speed of a waiting room. They work in read-only mode."""

from typing import Any, cast

import structlog
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import switches
from accounts.models import User
from accounts.schema import problems
from bookings import watching
from events.models import MAX_PER_MINUTE
from events.operations.change import change_event

log = structlog.get_logger(__name__)


class OperatorsOnly(BasePermission):
    """Superusers."""

    message = "Only operators can do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and request.user.is_superuser)


class SwitchChange(serializers.Serializer[Any]):
    """On or off."""

    on = serializers.BooleanField()


class SwitchBody(SwitchChange):
    """A switch, and who turned it last."""

    changed_at = serializers.DateTimeField(allow_null=True)
    changed_by = serializers.CharField(allow_null=True)


class AdmissionChange(serializers.Serializer[Any]):
    """What is not sent stays as it is."""

    paused = serializers.BooleanField(required=False, help_text="Nobody is let in.")
    admit_per_minute = serializers.IntegerField(min_value=1, max_value=MAX_PER_MINUTE, required=False)


class RoomBody(serializers.Serializer[Any]):
    """A waiting room that is on."""

    event_id = serializers.IntegerField()
    name = serializers.CharField()
    waiting = serializers.IntegerField(allow_null=True, help_text="Null while Redis is gone.")
    active = serializers.IntegerField(help_text="Let in, and still choosing.")
    admitted_last_minute = serializers.IntegerField()
    admit_per_minute = serializers.IntegerField()
    max_active = serializers.IntegerField()
    paused = serializers.BooleanField()


class NumbersBody(serializers.Serializer[Any]):
    """Of the last `window_seconds`, over all processes."""

    holds_per_second = serializers.FloatField()
    hold_p95_ms = serializers.FloatField(allow_null=True)
    admission_share = serializers.FloatField(help_text="Of the set speed: less than 1 while holds are slow.")
    limits_hit = serializers.IntegerField()
    challenges = serializers.DictField(child=serializers.IntegerField())
    refusals = serializers.DictField(child=serializers.IntegerField(), help_text="By code.")


class ProcessBody(serializers.Serializer[Any]):
    """A process that serves the API."""

    name = serializers.CharField()
    in_flight = serializers.IntegerField(help_text="Calls that write, under way.")
    read_only = serializers.CharField(  # type: ignore[assignment]  # a field's own attribute has the same name
        allow_null=True, help_text="switch or database, if it changes nothing."
    )
    breakers = serializers.DictField(child=serializers.CharField(), help_text="closed, open or half-open.")


class Overview(serializers.Serializer[Any]):
    """Everything that the operator's page shows."""

    window_seconds = serializers.IntegerField()
    switches = serializers.DictField(child=SwitchBody())
    read_only = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    numbers = NumbersBody(allow_null=True, help_text="Null while Redis is gone.")
    processes = ProcessBody(many=True)
    waiting_rooms = RoomBody(many=True)


class OperatorOverview(APIView):
    """The numbers of the moment."""

    permission_classes = [OperatorsOnly]

    @extend_schema(operation_id="operator_overview", responses={200: Overview} | problems(401, 403))
    def get(self, request: Request) -> Response:
        """Asked every second by the operator's page."""
        return Response(watching.overview())


class OperatorSwitch(APIView):
    """One of the switches, `surge` or `read_only`."""

    permission_classes = [OperatorsOnly]

    @extend_schema(
        operation_id="operator_switch",
        request=SwitchChange,
        responses={200: SwitchBody} | problems(400, 401, 403, 503),
    )
    def post(self, request: Request, name: str) -> Response:
        """Turns it; every process knows within a second."""
        form = SwitchChange(data=request.data)
        form.is_valid(raise_exception=True)
        switch = switches.turn(name=name, on=form.validated_data["on"], by=cast(User, request.user))
        return Response(watching.switch_body(switch))


class OperatorAdmission(APIView):
    """How fast an event's waiting room lets people in."""

    permission_classes = [OperatorsOnly]

    @extend_schema(
        operation_id="operator_admission",
        request=AdmissionChange,
        responses={200: RoomBody} | problems(400, 401, 403, 404, 503),
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Pauses it, goes on, or sets its speed."""
        form = AdmissionChange(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        fields = {"admission_paused" if name == "paused" else name: value for name, value in wanted.items()}
        event = change_event(event_id=event_id, seller=cast(User, request.user), **fields)
        log.warning("admission_changed", event_id=event_id, by=request.user.pk, **wanted)
        return Response(watching.room_of(event))
