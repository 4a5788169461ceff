"""The webhooks in the OpenAPI schema; the serializers have the fields that `payloads` writes."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from bookings.holds.kinds import KIND, NOTE
from bookings.holds.places import ROW_LABEL, SEAT_LABEL, SEAT_NAME
from bookings.references import reference_field
from bookings.states import BookedKind, BookingStatus, DeliveryKind
from events.states import SubsectionKind


class _BookingPlace(serializers.Serializer[Any]):
    booking_id = serializers.UUIDField()
    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    subsection_kind = serializers.ChoiceField(choices=SubsectionKind.choices)


class WebhookBooking(_BookingPlace):
    """A booking with its new status. Prices are in minor units of `currency`."""

    order_id = serializers.UUIDField(help_text="The same for all bookings that were paid together.")
    reference = reference_field("What people call the booking.")
    seats = serializers.ListField(child=serializers.CharField(), help_text=SEAT_NAME)
    seat_prices = serializers.ListField(child=serializers.IntegerField(), help_text="Of each of the `seats`.")
    seat_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=BookedKind.choices), help_text=f"Of each of the `seats`. {KIND}"
    )
    seat_notes = serializers.ListField(
        child=serializers.CharField(allow_blank=True), help_text=f"Of each of the `seats`. {NOTE}"
    )
    quantity = serializers.IntegerField()
    total_price = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=[BookingStatus.PAID.value, BookingStatus.REFUNDED.value])
    paid_at = serializers.DateTimeField()


class WebhookCheckIn(_BookingPlace):
    """A ticket that was checked in."""

    admission_id = serializers.UUIDField()
    reference = reference_field("What people call the ticket.")
    booking_reference = reference_field("What people call the booking.")
    seat = serializers.CharField(help_text=SEAT_NAME)
    row_label = serializers.CharField(help_text=ROW_LABEL)
    seat_label = serializers.CharField(help_text=SEAT_LABEL)
    seat_kind = serializers.ChoiceField(choices=BookedKind.choices, help_text=KIND)
    seat_note = serializers.CharField(help_text=NOTE)
    device = serializers.CharField()
    checked_in_at = serializers.DateTimeField()


class WebhookSoldOut(serializers.Serializer[Any]):
    """An event whose seats are all sold."""

    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    total_seats = serializers.IntegerField()


class WebhookTest(serializers.Serializer[Any]):
    """A sentence that confirms the connection."""

    message = serializers.CharField()


def _webhook(kind: DeliveryKind, data: type[serializers.Serializer[Any]], description: str) -> OpenApiWebhook:
    members = {
        "type": serializers.ChoiceField(choices=[kind.value]),
        "timestamp": serializers.DateTimeField(help_text="When it happened."),
        "data": data(),
    }
    message = type(f"{kind.name.title().replace('_', '')}Webhook", (serializers.Serializer,), members)
    responses = {
        "2XX": OpenApiResponse(
            description="Accepted. The message is sent again after any other status, or without a response within"
            " 10 seconds."
        ),
        "410": OpenApiResponse(description="The endpoint is switched off and gets no more messages."),
    }
    signed = (
        "Signed as in Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), sent at least once."
    )
    return OpenApiWebhook(
        kind.value,
        extend_schema(
            summary=str(kind.label), description=f"{description} {signed}", request=message, responses=responses
        ),
    )


PAID = _webhook(DeliveryKind.BOOKING_PAID, WebhookBooking, "A booking was paid.")
REFUNDED = _webhook(DeliveryKind.BOOKING_REFUNDED, WebhookBooking, "A paid booking was refunded; its seats are free.")
CHECKED_IN = _webhook(
    DeliveryKind.TICKET_CHECKED_IN,
    WebhookCheckIn,
    "A ticket was checked in. Sent again for the same ticket if it is checked in after an undo, or when a scanner that"
    " was offline reports an earlier scan.",
)
SOLD_OUT = _webhook(
    DeliveryKind.EVENT_SOLD_OUT, WebhookSoldOut, "The last seat was sold. Sent again if seats became free in between."
)
TEST = _webhook(DeliveryKind.TEST, WebhookTest, "Sent by the test button of the seller admin.")
