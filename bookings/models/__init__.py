"""The sale: bookings, the money they cost and the tickets they become."""

from bookings.models.admission import Admission, CheckIn, GateStaff, SellerGateStaff
from bookings.models.booking import KEY_LENGTH, Booking, BookingQuerySet, new_id
from bookings.models.letter import Letter
from bookings.models.mock_book import MockCharge, MockRefund
from bookings.models.money import Payment, Refund, WebhookEvent
from bookings.models.outgoing import Delivery, Endpoint
from bookings.models.waiting import QueueDraw, QueuePass

__all__ = [
    "KEY_LENGTH",
    "Admission",
    "Booking",
    "BookingQuerySet",
    "CheckIn",
    "Delivery",
    "Endpoint",
    "GateStaff",
    "Letter",
    "MockCharge",
    "MockRefund",
    "Payment",
    "QueueDraw",
    "QueuePass",
    "Refund",
    "SellerGateStaff",
    "WebhookEvent",
    "new_id",
]
