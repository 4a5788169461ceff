"""API views of events: list, create, change, block seats, seat map and calendar file."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.http.views import ApiView, HandlerView, handled_by
from core.openapi import problems
from events.calendar.entry import event_calendar
from events.catalog import selectors
from events.catalog.handlers import (
    EventPages,
    list_events,
    show_event,
    show_seat_map,
)
from events.catalog.permissions import AnyoneReadsSellersWrite
from events.catalog.seat_serializers import (
    SeatMapBody,
    SeatsInSubsection,
    SectionRow,
    SubsectionSeatsBody,
    subsection_seats,
)
from events.catalog.serializers import EventBody, EventChange, EventDetail, NewEvent, event_detail
from events.inventory.blocking import block_seats, unblock_seats
from events.lifecycle.change import change_event
from events.lifecycle.create import create_event

UNCHANGED = OpenApiResponse(description="Nothing has changed since the response with the tag in `If-None-Match`.")
CONDITIONAL = [
    OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="An `ETag` from before."),
    OpenApiParameter(
        "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 304], description="Of what was read."
    ),
]


def user_or_none(request: Request) -> User | None:
    """Return the signed-in user; None for anonymous requests."""
    return request.user if request.user.is_authenticated else None


class EventList(HandlerView, EventPages):
    """The list of events on sale, or of one seller's events. Sellers create events here."""

    permission_classes = [AnyoneReadsSellersWrite]
    bodies = {"POST": NewEvent}

    get = extend_schema(
        operation_id="event_list",
        responses={200: EventBody(many=True), 304: UNCHANGED} | problems(400),
        parameters=[
            OpenApiParameter("seller_id", int, description="That seller's events, in any status you may see."),
            *CONDITIONAL,
        ],
    )(handled_by(list_events))

    @extend_schema(operation_id="event_create", responses={201: EventDetail} | problems(400, 401, 403, 413))
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create an event with all its tickets, which exist when the response is sent."""
        fields = self.body
        seating, draft = fields.pop("seating_config"), fields.pop("status", None) == "draft"
        event = create_event(seller=cast(User, request.user), seating=seating, draft=draft, **fields)
        location = {"Location": f"/api/event/{event.pk}"}
        return Response(event_detail(event), status=status.HTTP_201_CREATED, headers=location)


class EventItem(HandlerView):
    """One event. Its seller and operators can change it."""

    permission_classes = [AnyoneReadsSellersWrite]
    bodies = {"PATCH": EventChange}

    get = extend_schema(
        operation_id="event_detail",
        responses={200: EventDetail, 304: UNCHANGED} | problems(404),
        parameters=CONDITIONAL,
    )(handled_by(show_event))

    @extend_schema(
        operation_id="event_change",
        responses={200: EventDetail} | problems(400, 401, 403, 404, 409),
    )
    def patch(self, request: Request, event_id: int) -> Response:
        """Change the fields that are sent; return the whole event.

        Prices apply to new holds only. The status can be changed from draft to available, from available or sold_out
        to ended and, once the event has begun, to completed. New dates by which a completed event is not over put it
        on sale again. An event that has buyers and has not begun can't be moved into the past.

        Of a cancelled event only name, description, venue and `is_active` can be changed (409 `event_cancelled`), and
        prices and currency only until sales are over (409 `invalid_state`). Values that stay as they are are accepted.
        """
        event = change_event(event_id=event_id, seller=cast(User, request.user), **self.body)
        return Response(event_detail(event))


class BlockedSeats(ApiView):
    """Takes free seats of one subsection out of sale."""

    permission_classes = [AnyoneReadsSellersWrite]
    bodies = {"POST": SeatsInSubsection}
    operation = staticmethod(block_seats)

    @extend_schema(responses={200: SectionRow} | problems(400, 401, 403, 404, 409))
    def post(self, request: Request, event_id: int) -> Response:
        """Change the status of these seats, all or none; return the subsection with its new counts.

        The other seats of a table that is sold as a whole change with them. If some of the seats
        can't be changed, the response is a 409 that names them.
        """
        data = self.body
        changed = self.operation(
            event_id=event_id,
            seller=cast(User, request.user),
            section=data["section"],
            subsection=data["subsection"],
            seats=data["seat_positions"],
        )
        return Response(selectors.section_row(changed.subsection))


class UnblockedSeats(BlockedSeats):
    """Puts blocked seats of one subsection back on sale."""

    operation = staticmethod(unblock_seats)


class SubsectionSeats(ApiView):
    """The seats of one subsection."""

    permission_classes = [AnyoneReadsSellersWrite]

    @extend_schema(operation_id="subsection_seats", responses={200: SubsectionSeatsBody} | problems(404))
    def get(self, request: Request, event_id: int, section: str, number: int) -> Response:
        """Return counts, version and all seats (as `tickets`) of the subsection, row by row from the front."""
        selectors.visible_event(event_id, user_or_none(request))
        return Response(subsection_seats(event_id, section, number))


class SeatMap(HandlerView):
    """The whole seat map in compact form."""

    permission_classes = [AnyoneReadsSellersWrite]

    get = extend_schema(
        operation_id="seat_map",
        responses={200: SeatMapBody, 304: UNCHANGED} | problems(404),
        parameters=CONDITIONAL,
    )(handled_by(show_seat_map))


class CalendarFile(ApiView):
    """The calendar file of an event."""

    permission_classes = [AnyoneReadsSellersWrite]

    @extend_schema(
        operation_id="event_calendar",
        responses={(200, "text/calendar"): OpenApiTypes.STR} | problems(404),
    )
    def get(self, request: Request, event_id: int) -> HttpResponse:
        """Return the event as an iCalendar file (RFC 5545); a 404 while the event has no date."""
        event = selectors.visible_event(event_id, user_or_none(request))
        url = settings.SITE_URL + reverse("event", args=[event.pk])
        response = HttpResponse(event_calendar(event, url=url), content_type="text/calendar; charset=utf-8")
        # slugify keeps only a-z, 0-9, - and _, so a name can't end the header.
        response["Content-Disposition"] = f'attachment; filename="{slugify(event.name)[:60] or "event"}.ics"'
        return response

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Accept any `Accept` header: calendar programs ask for text/calendar, for which there is no renderer."""
        return super().perform_content_negotiation(request, force=True)
