"""API views of bookings: list, create, show, cancel and extend."""

import uuid

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.holds.cancel import cancel_booking
from bookings.holds.extend import extend_hold
from bookings.holds.handlers import post_booking
from bookings.holds.models import BookingQuerySet
from bookings.holds.selectors import bookings_of, visible_booking
from bookings.holds.serializers import (
    BookingBody,
    BookingChange,
    BookingDetail,
    NewBooking,
    booking_body,
    booking_detail,
)
from bookings.idempotency import KEY
from bookings.permissions import BuyersBook
from bookings.references import InvalidReference, read_reference
from bookings.states import BookingStatus
from core.errors import BadInput
from core.http.views import ApiView, HandlerView, handled_by
from core.openapi import problems

PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    enum=["respond-async"],
    description="`respond-async`: respond with 202 at once, and find the seats afterwards.",
)
SOLUTION = OpenApiParameter(
    "X-Challenge-Solution",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The solved `challenge` of a 403 challenge_required: ALTCHA's payload (base64 of JSON). Valid once.",
)
PASS = OpenApiParameter(
    "X-Queue-Pass",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The queue pass from the event's waiting room; required while the waiting room is on.",
)
STATUS = OpenApiParameter("booking_status", OpenApiTypes.STR, enum=BookingStatus.values)
REFERENCE = OpenApiParameter(
    "reference",
    OpenApiTypes.STR,
    description="Of a booking, or of one of its tickets or payments; case, spaces and hyphens don't matter.",
)


class BookingList(HandlerView):
    """List bookings, or create one."""

    permission_classes = [BuyersBook]
    bodies = {"POST": NewBooking}

    @extend_schema(
        operation_id="booking_list",
        responses={200: BookingBody(many=True)} | problems(400, 401),
        parameters=[STATUS, REFERENCE],
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """List a buyer's own bookings, or the bookings of a seller's events; newest first."""
        bookings = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([booking_body(booking) for booking in bookings])

    post = extend_schema(
        operation_id="booking_create",
        responses={201: BookingDetail, 202: BookingDetail} | problems(400, 401, 403, 404, 409, 422, 429, 503),
        parameters=[KEY, PREFER, SOLUTION, PASS],
    )(handled_by(post_booking))

    def get_queryset(self) -> BookingQuerySet:
        """Return the bookings that the user may list, filtered by `booking_status` and `reference`.

        Raises BadInput for an unknown status and for what is no reference.
        """
        status = self.request.query_params.get("booking_status")
        if status is not None and status not in BookingStatus.values:
            raise BadInput.field("booking_status", f"This must be one of {', '.join(BookingStatus.values)}.")
        bookings = bookings_of(authenticated_user(self.request), status)
        typed = self.request.query_params.get("reference")
        try:
            return bookings if typed is None else bookings.with_reference(read_reference(typed))
        except InvalidReference as mistake:
            raise BadInput.field("reference", str(mistake)) from mistake


class MyBookings(BookingList):
    """List bookings, under a second path for GET /api/booking."""

    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="my_booking_list",
        responses={200: BookingBody(many=True)} | problems(400, 401),
        parameters=[STATUS, REFERENCE],
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """The same as GET /api/booking."""
        return super().get(request)


class BookingItem(ApiView):
    """Show or cancel one booking."""

    permission_classes = [IsAuthenticated]
    bodies = {"PATCH": BookingChange}

    @extend_schema(operation_id="booking_detail", responses={200: BookingDetail} | problems(401, 404))
    def get(self, request: Request, booking_id: uuid.UUID) -> Response:
        """Return the booking with its tickets, for its buyer and the event's seller."""
        return Response(booking_detail(visible_booking(booking_id, authenticated_user(request))))

    @extend_schema(
        operation_id="booking_change",
        responses={200: BookingDetail} | problems(400, 401, 403, 404, 409),
    )
    def patch(self, request: Request, booking_id: uuid.UUID) -> Response:
        """Cancel a booking that is held or processing; held seats are free at once."""
        return self._cancel(request, booking_id)

    @extend_schema(operation_id="booking_cancel", responses={200: BookingDetail} | problems(401, 403, 404, 409))
    def delete(self, request: Request, booking_id: uuid.UUID) -> Response:
        """The same as PATCH with status cancelled."""
        return self._cancel(request, booking_id)

    def _cancel(self, request: Request, booking_id: uuid.UUID) -> Response:
        cancel_booking(booking_id=booking_id, buyer=authenticated_user(request))
        return Response(booking_detail(visible_booking(booking_id, authenticated_user(request))))


class BookingExtension(ApiView):
    """Extend a hold."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="booking_extend", responses={200: BookingDetail} | problems(401, 403, 404, 409, 410))
    def post(self, request: Request, booking_id: uuid.UUID) -> Response:
        """Add the event's `hold_seconds` to the deadline, once, while the booking waits for payment."""
        extend_hold(booking_id=booking_id, buyer=authenticated_user(request))
        return Response(booking_detail(visible_booking(booking_id, authenticated_user(request))))
