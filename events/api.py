"""The calls of the contract's table "Events"."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.urls import reverse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.schema import problems
from events import reads
from events.calendar import calendar_file
from events.filters import EventFilter
from events.models import Event
from events.operations.blocking import block_seats, unblock_seats
from events.operations.change import change_event, check_times
from events.operations.create import create_event
from events.permissions import AnyoneReadsSellersWrite
from events.serializers import (
    BlockSeats,
    EventBody,
    EventChange,
    EventDetail,
    NewEvent,
    SeatMapBody,
    SeatsOfBlock,
    SectionRow,
    block_tickets,
    public_row,
)
from ticketing.errors import BadInput

Body = Callable[[], Any]
UNCHANGED = OpenApiResponse(description="Nothing has changed since the answer with the tag in `If-None-Match`.")
CONDITIONAL = [
    OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="An `ETag` from before."),
    OpenApiParameter(
        "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 304], description="Of what was read."
    ),
]


def user_or_none(request: Request) -> User | None:
    """Who asks; None for anonymous."""
    return request.user if request.user.is_authenticated else None


def event_detail(event: Event) -> dict[str, Any]:
    """An event with stats and sections, in one read of its blocks."""
    rows = reads.section_rows(event.pk)
    context = {"stats": reads.sum_counts(rows), "sections": rows}
    return EventDetail(event, context=context).data


def seat_map(event: Event) -> dict[str, Any]:
    """The whole map of an event, in one read of its blocks."""
    rows = reads.seat_map(event.pk)
    return {"event_id": event.pk, "stats": reads.sum_counts(rows), "sections": [public_row(row) for row in rows]}


def tag_headers(tag: str) -> dict[str, str]:
    """For an answer that is to be asked for again each time. The ETag is weak, as the body may be compressed."""
    return {"ETag": f'W/"{tag}"', "Cache-Control": "no-cache"}


class EventList(generics.ListCreateAPIView[Event]):
    """Events on sale, and a new event by a seller."""

    permission_classes = [AnyoneReadsSellersWrite]
    serializer_class = NewEvent
    filterset_class = EventFilter

    @extend_schema(
        operation_id="event_list",
        responses={200: EventBody(many=True), 304: UNCHANGED} | problems(400),
        parameters=[
            OpenApiParameter("seller_id", int, description="That seller's events, in any state you may see."),
            *CONDITIONAL,
        ],
    )
    def get(  # type: ignore[override]  # a 304 is no Response: nothing is rendered
        self, request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """A page of events: those on sale, or with `seller_id` that seller's (drafts only for that seller)."""
        return _answer(request, *self.page())

    @extend_schema(
        operation_id="event_create", request=NewEvent, responses={201: EventDetail} | problems(400, 401, 403, 413)
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Creates an event with every ticket; they all exist when the answer is sent."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        check_times(fields)
        seating, draft = fields.pop("seating_config"), fields.pop("status", None) == "draft"
        event = create_event(seller=cast(User, request.user), seating=seating, draft=draft, **fields)
        location = {"Location": f"/api/event/{event.pk}"}
        return Response(event_detail(event), status=status.HTTP_201_CREATED, headers=location)

    def page(self) -> tuple[str, Body]:
        """The tag of the page that is asked for, and what makes its body."""
        events = list(self.paginate_queryset(self.filter_queryset(self.get_queryset())) or [])
        tag = reads.page_tag(events, self.paginator.page.paginator.count)  # type: ignore[union-attr]
        return tag, lambda: self.get_paginated_response(EventBody(events, many=True).data).data

    def get_queryset(self) -> Any:
        """Whose events, and which of them the caller may see."""
        seller_id = self.request.query_params.get("seller_id")
        if seller_id is None:
            return reads.with_stats(reads.events_on_offer())
        if not seller_id.isascii() or not seller_id.isdigit() or len(seller_id) > 18:
            raise BadInput.field("seller_id", "This must be a whole number.")
        return reads.with_stats(reads.events_of_seller(int(seller_id), user_or_none(self.request)))


class EventItem(generics.GenericAPIView[Event]):
    """One event."""

    permission_classes = [AnyoneReadsSellersWrite]
    serializer_class = EventChange

    @extend_schema(
        operation_id="event_detail",
        responses={200: EventDetail, 304: UNCHANGED} | problems(404),
        parameters=CONDITIONAL,
    )
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """The event with stats and sections; a draft only for its seller."""
        event = _marked_event(event_id, request)
        return _answer(request, reads.event_tag(event), lambda: event_detail(event))

    @extend_schema(
        operation_id="event_change",
        request=EventChange,
        responses={200: EventDetail} | problems(400, 401, 403, 404, 409),
    )
    def patch(self, request: Request, event_id: int) -> Response:
        """Changes what is sent. Prices count for new holds; status only by the steps a seller may take."""
        form = self.get_serializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        event = change_event(event_id=event_id, seller=cast(User, request.user), **form.validated_data)
        return Response(event_detail(event))


class BlockedSeats(generics.GenericAPIView[Event]):
    """Taking free seats out of sale."""

    permission_classes = [AnyoneReadsSellersWrite]
    serializer_class = SeatsOfBlock
    operation = staticmethod(block_seats)

    @extend_schema(request=SeatsOfBlock, responses={200: SectionRow} | problems(400, 401, 403, 404, 409))
    def post(self, request: Request, event_id: int) -> Response:
        """Moves the seats, all or none; answers with the block's new counts. 409 names seats not in that state."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        block = self.operation(
            event_id=event_id,
            seller=cast(User, request.user),
            section=data["section"],
            subsection=data["subsection"],
            seats=data["seat_positions"],
        )
        return Response(reads.block_row(block))


class UnblockedSeats(BlockedSeats):
    """Bringing blocked seats back on sale."""

    operation = staticmethod(unblock_seats)


class SubsectionSeats(generics.GenericAPIView[Event]):
    """The seats of one block."""

    permission_classes = [AnyoneReadsSellersWrite]
    serializer_class = BlockSeats

    @extend_schema(operation_id="subsection_seats", responses={200: BlockSeats} | problems(404))
    def get(self, request: Request, event_id: int, section: str, number: int) -> Response:
        """Counts, version and all tickets of the block, rows from the front, seats from the left."""
        reads.visible_event(event_id, user_or_none(request))
        block, seats = reads.block_with_seats(event_id, section, number)
        row = public_row(reads.block_row(block))
        return Response({"event_id": event_id, **row, "tickets": block_tickets(block, seats)})


class SeatMap(generics.GenericAPIView[Event]):
    """The whole map, compact."""

    permission_classes = [AnyoneReadsSellersWrite]
    serializer_class = SeatMapBody

    @extend_schema(
        operation_id="seat_map",
        responses={200: SeatMapBody, 304: UNCHANGED} | problems(404),
        parameters=CONDITIONAL,
    )
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """Every block with one letter per seat. `ETag` changes with every committed change; 304 if it has not."""
        event = _marked_event(event_id, request)
        return _answer(request, reads.event_tag(event), lambda: seat_map(event))


class CalendarFile(generics.GenericAPIView[Event]):
    """An event for calendars."""

    permission_classes = [AnyoneReadsSellersWrite]

    @extend_schema(
        operation_id="event_calendar",
        responses={(200, "text/calendar"): OpenApiTypes.STR} | problems(404),
    )
    def get(self, request: Request, event_id: int) -> HttpResponse:
        """The event as iCalendar (RFC 5545). 404 as well while it has no date."""
        event = reads.visible_event(event_id, user_or_none(request))
        url = settings.SITE_URL + reverse("event", args=[event.pk])
        response = HttpResponse(calendar_file(event, url=url), content_type="text/calendar; charset=utf-8")
        # Nothing of a name but a-z, 0-9, - and _ is left, so nothing of it can end the header.
        response["Content-Disposition"] = f'attachment; filename="{slugify(event.name)[:60] or "event"}.ics"'
        return response

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Calendars ask for text/calendar, which is no renderer here: never 406."""
        return super().perform_content_negotiation(request, force=True)


def _marked_event(event_id: int, request: Request) -> Event:
    among = reads.with_marks(Event.objects.all())
    return reads.visible_event(event_id, user_or_none(request), among=among)


def _answer(request: Request, tag: str, body: Body) -> HttpResponseBase:
    """The body, or 304 to a caller who has it."""
    if f'"{tag}"' in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=tag_headers(tag))
    return Response(body(), headers=tag_headers(tag))
