"""Imports the models of all packages of the bookings app, because Django looks for an app's models here."""

from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.holds.models import Booking, BookingQuerySet
from bookings.idempotency import KEY_LENGTH
from bookings.invoices.models import Terms
from bookings.notifications.models import EmailMessage
from bookings.orders.models import Order
from bookings.payments.gateways.mock_models import MockCharge, MockRefund
from bookings.payments.models import Payment, Refund, WebhookEvent
from bookings.tickets.models import Admission
from bookings.waiting_room.models import QueueLottery, QueuePass
from bookings.webhooks.models import Delivery, Endpoint
from core.ids import new_id

__all__ = [
    "KEY_LENGTH",
    "Admission",
    "Booking",
    "BookingQuerySet",
    "CheckIn",
    "Delivery",
    "EmailMessage",
    "Endpoint",
    "GateStaff",
    "MockCharge",
    "MockRefund",
    "Order",
    "Payment",
    "QueueLottery",
    "QueuePass",
    "Refund",
    "SellerGateStaff",
    "Terms",
    "WebhookEvent",
    "new_id",
]
