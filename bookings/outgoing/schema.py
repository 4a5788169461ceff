"""The webhooks in the OpenAPI schema; its payloads' fields are those of bookings/outgoing/payloads.py."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from bookings.states import BookingStatus, DeliveryKind


class _Where(serializers.Serializer[Any]):
    booking_id = serializers.UUIDField()
    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()


class WebhookBooking(_Where):
    """The booking as it became. Money in minor units of `currency`."""

    seats = serializers.ListField(child=serializers.CharField(), help_text='"row-seat"')
    quantity = serializers.IntegerField()
    total_price = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=[BookingStatus.PAID.value, BookingStatus.REFUNDED.value])
    paid_at = serializers.DateTimeField()


class WebhookCheckIn(_Where):
    """Somebody was let in with this ticket."""

    admission_id = serializers.UUIDField()
    seat = serializers.CharField(help_text='"row-seat"')
    device = serializers.CharField()
    checked_in_at = serializers.DateTimeField()


class WebhookSoldOut(serializers.Serializer[Any]):
    """The event that has no seat left to sell."""

    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    total_seats = serializers.IntegerField()


class WebhookTest(serializers.Serializer[Any]):
    """Nothing but a sentence."""

    message = serializers.CharField()


def _webhook(kind: DeliveryKind, data: type[serializers.Serializer[Any]], description: str) -> OpenApiWebhook:
    members = {
        "type": serializers.ChoiceField(choices=[kind.value]),
        "timestamp": serializers.DateTimeField(help_text="When it happened."),
        "data": data(),
    }
    message = type(f"{kind.name.title().replace('_', '')}Webhook", (serializers.Serializer,), members)
    answers = {
        "2XX": OpenApiResponse(description="Taken. Anything else, or nothing within 10 seconds, is tried again."),
        "410": OpenApiResponse(description="No more, please: the endpoint is switched off."),
    }
    signed = (
        "Signed after Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), sent at least once."
    )
    return OpenApiWebhook(
        kind.value,
        extend_schema(
            summary=str(kind.label), description=f"{description} {signed}", request=message, responses=answers
        ),
    )


PAID = _webhook(DeliveryKind.BOOKING_PAID, WebhookBooking, "A booking was paid.")
REFUNDED = _webhook(DeliveryKind.BOOKING_REFUNDED, WebhookBooking, "A paid booking was given back; its seats are free.")
CHECKED_IN = _webhook(
    DeliveryKind.TICKET_CHECKED_IN,
    WebhookCheckIn,
    "Somebody was let in. Again for the same ticket after an undo, or when a scanner that was offline reports an"
    " earlier scan.",
)
SOLD_OUT = _webhook(
    DeliveryKind.EVENT_SOLD_OUT, WebhookSoldOut, "The last seat was sold; again if seats came back since."
)
TEST = _webhook(DeliveryKind.TEST, WebhookTest, "Asked for at the sellers' desk.")
