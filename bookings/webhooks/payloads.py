"""Bodies of webhooks: `type`, `timestamp` (when it happened) and `data`, as in the Standard Webhooks specification.

A body contains the booking's id and reference but nothing else about buyers; sellers find their names in the admin and
in bookings.csv. The status is the one that the message reports: a `booking.paid` message has the status "paid" even if
the booking was refunded before the message is sent. Other values are those of the first attempt to send it.
"""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from django.db.models import Sum

from bookings.checkin.models import CheckIn
from bookings.holds.kinds import kinds_body
from bookings.holds.models import Booking
from bookings.holds.places import names_of, prices_of
from bookings.states import BookingStatus, DeliveryKind
from bookings.tickets.texts import ticket_name, ticket_place, ticket_special
from bookings.webhooks.models import Delivery
from events.models import Event, Subsection

Data = dict[str, Any]


def payload_of(delivery: Delivery) -> str:
    """Build the JSON body of a delivery from the rows that it is about."""
    data = DATA[DeliveryKind(delivery.kind)](delivery)
    message = {"type": delivery.kind, "timestamp": _time(delivery.happened_at), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _paid(delivery: Delivery) -> Data:
    return _booking(delivery, BookingStatus.PAID)


def _refunded(delivery: Delivery) -> Data:
    return _booking(delivery, BookingStatus.REFUNDED)


def _booking(delivery: Delivery, status: BookingStatus) -> Data:
    bookings = Booking.objects.select_related("event", "subsection").defer("subsection__seat_status")
    booking = bookings.get(pk=uuid.UUID(delivery.subject))
    assert booking.paid_at is not None  # noqa: S101  (a database constraint for both statuses)
    return {
        "booking_id": str(booking.pk),
        "order_id": str(booking.order_id),
        "reference": booking.reference,
        **_event(booking.event),
        **_subsection(booking.subsection),
        "seats": names_of(booking),
        "seat_prices": prices_of(booking),
        **kinds_body(booking),
        "quantity": booking.quantity,
        "total_price": booking.total_price,
        "currency": booking.event.currency,
        "status": status.value,
        "paid_at": _time(booking.paid_at),
    }


def _checked_in(delivery: Delivery) -> Data:
    rows = CheckIn.objects.select_related("admission__event", "admission__subsection", "admission__booking")
    entry = rows.defer("admission__subsection__seat_status").get(pk=int(delivery.subject))
    admission = entry.admission
    place = ticket_place(admission)
    return {
        "admission_id": str(admission.pk),
        "reference": admission.reference,
        "booking_id": str(admission.booking_id),
        "booking_reference": admission.booking.reference,
        **_event(admission.event),
        **_subsection(admission.subsection),
        "seat": ticket_name(admission),
        "row_label": place.row_label,
        "seat_label": place.seat_label,
        **ticket_special(admission).body(),
        "device": entry.device,
        "checked_in_at": _time(entry.counted_at),
    }


def _sold_out(delivery: Delivery) -> Data:
    event = Event.objects.get(pk=int(delivery.subject))
    seats = Subsection.objects.filter(event=event).aggregate(seats=Sum("total"))["seats"]
    return {**_event(event), "total_seats": seats}


def _test(delivery: Delivery) -> Data:
    return {"message": "This is a test: your endpoint can be reached."}


DATA = {
    DeliveryKind.BOOKING_PAID: _paid,
    DeliveryKind.BOOKING_REFUNDED: _refunded,
    DeliveryKind.TICKET_CHECKED_IN: _checked_in,
    DeliveryKind.EVENT_SOLD_OUT: _sold_out,
    DeliveryKind.TEST: _test,
}


def _event(event: Event) -> Data:
    return {"event_id": event.pk, "event_name": event.name}


def _subsection(subsection: Subsection) -> Data:
    return {"section": subsection.section, "subsection": subsection.number, "subsection_kind": subsection.kind}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
