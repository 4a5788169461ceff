"""API views of payments and refunds, and the webhook of payment gateways."""

import uuid

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.holds.selectors import visible_booking
from bookings.holds.serializers import BookingDetail, booking_detail
from bookings.idempotency import KEY, read_key
from bookings.payments.gateway_webhook import receive_webhook
from bookings.payments.gateways import WebhookForged
from bookings.payments.handlers import post_payment
from bookings.payments.refund import refund_booking
from bookings.payments.serializers import Card, PaymentBody
from core.errors import BadInput
from core.http.views import ApiView, HandlerView, handled_by
from core.openapi import problems


class BookingPayment(HandlerView):
    """Pay a booking."""

    permission_classes = [IsAuthenticated]
    bodies = {"POST": Card}

    post = extend_schema(
        operation_id="booking_pay",
        responses={200: PaymentBody, 202: PaymentBody} | problems(400, 401, 402, 403, 404, 409, 410, 422, 503),
        parameters=[KEY],
    )(handled_by(post_payment))


class BookingRefund(ApiView):
    """Refund a booking."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="booking_refund",
        responses={202: BookingDetail} | problems(401, 404, 409, 422),
        parameters=[KEY],
    )
    def post(self, request: Request, booking_id: uuid.UUID) -> Response:
        """Free the seats, void the tickets, and return the money.

        The buyer can do this up to `refund_until_hours` before the start, the event's seller at any time. A repeated
        Idempotency-Key gets the earlier refund's response.
        """
        idempotency_key = read_key(request.headers.get("Idempotency-Key"), {"booking": booking_id})
        refund_booking(booking_id=booking_id, user=authenticated_user(request), idempotency_key=idempotency_key)
        return Response(
            booking_detail(visible_booking(booking_id, authenticated_user(request))), status.HTTP_202_ACCEPTED
        )


class PaymentWebhook(ApiView):
    """Receive the webhooks of payment gateways."""

    authentication_classes = []  # the message is signed
    permission_classes = [AllowAny]
    parser_classes = []  # the signature is over the raw body
    has_raw_body = True  # gateways add members to their messages as they like

    @extend_schema(
        operation_id="payment_webhook",
        request=OpenApiTypes.BYTE,
        responses={200: OpenApiTypes.NONE} | problems(400, 404, 413, 503),
    )
    def post(self, request: Request, gateway: str) -> Response:
        """Process a message of a gateway; a repeated one has no further effect.

        200 also for events that are about nothing of this shop. 400 if the message is forged, altered, older than five
        minutes, or no event. 503 if it came before the outcome of its charge; the gateway sends it again.
        """
        try:
            receive_webhook(gateway=gateway, headers=request.headers, body=request._request.body)
        except WebhookForged:
            raise BadInput([], "The signature of this message is not valid, or it is no event.") from None
        return Response()
