"""The calls of the contract's table "Bookings"."""

import uuid
from typing import cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.schema import problems
from bookings.gateways import WebhookForged
from bookings.hold_view import post_booking
from bookings.idempotency import read_key
from bookings.models import Booking, BookingQuerySet
from bookings.operations.call_off import cancel_event
from bookings.operations.cancel import cancel_booking
from bookings.operations.extend import extend_hold
from bookings.operations.refund import refund_booking
from bookings.operations.webhook import receive_webhook
from bookings.payment_view import post_payment
from bookings.permissions import BuyersBook
from bookings.reads import bookings_of, visible_booking
from bookings.serializers import (
    BookingBody,
    BookingChange,
    BookingDetail,
    Card,
    NewBooking,
    PaymentBody,
    booking_body,
    booking_detail,
)
from bookings.states import BookingStatus
from core.http.views import HandlerView, answered_by
from events.permissions import AnyoneReadsSellersWrite
from events.serializers import EventDetail, event_detail
from ticketing.errors import BadInput, NotFound

KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key and body have their effect once; another body is refused with 422.",
)
PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    enum=["respond-async"],
    description="`respond-async`: answer 202 at once and find the seats afterwards.",
)
SOLUTION = OpenApiParameter(
    "X-Challenge-Solution",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The solved `challenge` of a 403 challenge_required: ALTCHA's payload (base64 of JSON); counts once.",
)
PASS = OpenApiParameter(
    "X-Queue-Pass",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The pass from the event's waiting room; needed while that is on.",
)
STATUS = OpenApiParameter("booking_status", OpenApiTypes.STR, enum=BookingStatus.values)


def who(request: Request) -> User:
    """The signed-in user."""
    return cast(User, request.user)


class BookingList(HandlerView):
    """My bookings, and a new one."""

    permission_classes = [BuyersBook]
    serializer_class = NewBooking

    @extend_schema(
        operation_id="booking_list", responses={200: BookingBody(many=True)} | problems(400, 401), parameters=[STATUS]
    )
    def get(self, request: Request) -> Response:
        """A page of a buyer's own bookings, or of a seller's events' bookings; newest first."""
        bookings = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([booking_body(booking) for booking in bookings])

    post = extend_schema(
        operation_id="booking_create",
        responses={201: BookingDetail, 202: BookingDetail} | problems(400, 401, 403, 404, 409, 422, 429, 503),
        parameters=[KEY, PREFER, SOLUTION, PASS],
    )(answered_by(post_booking))

    def get_queryset(self) -> BookingQuerySet:
        """Whose bookings, and in which state."""
        wanted = self.request.query_params.get("booking_status")
        if wanted is not None and wanted not in BookingStatus.values:
            raise BadInput.field("booking_status", f"This must be one of {', '.join(BookingStatus.values)}.")
        return bookings_of(who(self.request), wanted)


class MyBookings(BookingList):
    """The same list under its other name."""

    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="my_booking_list",
        responses={200: BookingBody(many=True)} | problems(400, 401),
        parameters=[STATUS],
    )
    def get(self, request: Request) -> Response:
        """As GET /api/booking."""
        return super().get(request)


class BookingItem(generics.GenericAPIView[Booking]):
    """One booking."""

    permission_classes = [IsAuthenticated]
    serializer_class = BookingChange

    @extend_schema(operation_id="booking_detail", responses={200: BookingDetail} | problems(401, 404))
    def get(self, request: Request, booking_id: uuid.UUID) -> Response:
        """The booking with its tickets, for its buyer and the event's seller."""
        return Response(booking_detail(visible_booking(booking_id, who(request))))

    @extend_schema(
        operation_id="booking_change",
        request=BookingChange,
        responses={200: BookingDetail} | problems(400, 401, 403, 404, 409),
    )
    def patch(self, request: Request, booking_id: uuid.UUID) -> Response:
        """Cancels a hold; its seats are free at once."""
        self.get_serializer(data=request.data).is_valid(raise_exception=True)
        return self._cancel(request, booking_id)

    @extend_schema(
        operation_id="booking_cancel", request=None, responses={200: BookingDetail} | problems(401, 403, 404, 409)
    )
    def delete(self, request: Request, booking_id: uuid.UUID) -> Response:
        """The same as PATCH with status cancelled."""
        return self._cancel(request, booking_id)

    def _cancel(self, request: Request, booking_id: uuid.UUID) -> Response:
        cancel_booking(booking_id=booking_id, buyer=who(request))
        return Response(booking_detail(visible_booking(booking_id, who(request))))


class BookingExtension(generics.GenericAPIView[Booking]):
    """More time."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="booking_extend", request=None, responses={200: BookingDetail} | problems(401, 403, 404, 409, 410)
    )
    def post(self, request: Request, booking_id: uuid.UUID) -> Response:
        """Adds the event's `hold_seconds` to the deadline, once, while the booking waits for payment."""
        extend_hold(booking_id=booking_id, buyer=who(request))
        return Response(booking_detail(visible_booking(booking_id, who(request))))


class BookingPayment(HandlerView):
    """Paying."""

    permission_classes = [IsAuthenticated]
    serializer_class = Card

    post = extend_schema(
        operation_id="booking_pay",
        responses={200: PaymentBody, 202: PaymentBody} | problems(400, 401, 402, 403, 404, 409, 410, 422, 503),
        parameters=[KEY],
    )(answered_by(post_payment))


class BookingRefund(generics.GenericAPIView[Booking]):
    """Giving tickets back."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="booking_refund",
        request=None,
        responses={202: BookingDetail} | problems(401, 404, 409, 422),
        parameters=[KEY],
    )
    def post(self, request: Request, booking_id: uuid.UUID) -> Response:
        """The seats return to sale, the tickets are void, the money is on its way.

        The buyer up to `refund_until_hours` before the start, the event's seller always. With an Idempotency-Key the
        same refund is answered again.
        """
        once = read_key(request.headers.get("Idempotency-Key"), {"booking": booking_id})
        refund_booking(booking_id=booking_id, user=who(request), once=once)
        return Response(booking_detail(visible_booking(booking_id, who(request))), status.HTTP_202_ACCEPTED)


class EventCancellation(generics.GenericAPIView[Booking]):
    """Calling an event off."""

    permission_classes = [AnyoneReadsSellersWrite]

    @extend_schema(
        operation_id="event_cancel", request=None, responses={202: EventDetail} | problems(401, 403, 404, 409)
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Cancels the event at once; every hold ends and every paid booking is refunded in the background."""
        event = cancel_event(event_id=event_id, seller=who(request))
        return Response(event_detail(event), status.HTTP_202_ACCEPTED)


class PaymentWebhook(APIView):
    """Where gateways tell what became of a charge."""

    authentication_classes = []  # the signature is what counts
    permission_classes = [AllowAny]
    parser_classes = []  # and it is over the raw body

    @extend_schema(
        operation_id="payment_webhook",
        request=OpenApiTypes.BYTE,
        responses={200: OpenApiTypes.NONE} | problems(400, 404, 413),
    )
    def post(self, request: Request, gateway: str) -> Response:
        """At least once, in any order. 400 for a message that is forged, altered or older than five minutes."""
        try:
            receive_webhook(gateway=gateway, headers=request.headers, body=request._request.body)
        except KeyError:
            raise NotFound("There is no such gateway.") from None
        except WebhookForged:
            raise BadInput([], "The signature of this message is not valid.") from None
        return Response()
