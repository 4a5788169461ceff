"""The states of a booking and of a payment, and the steps between them (drawn in the README)."""

from django.db import models


class BookingStatus(models.TextChoices):
    """Where a booking stands."""

    PROCESSING = "processing", "Processing"
    PENDING_PAYMENT = "pending_payment", "Waiting for payment"
    PAID = "paid", "Paid"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    REFUNDED = "refunded", "Refunded"


BOOKING_TRANSITIONS: dict[BookingStatus, frozenset[BookingStatus]] = {
    BookingStatus.PROCESSING: frozenset({BookingStatus.PENDING_PAYMENT, BookingStatus.FAILED, BookingStatus.CANCELLED}),
    BookingStatus.PENDING_PAYMENT: frozenset({BookingStatus.PAID, BookingStatus.CANCELLED, BookingStatus.EXPIRED}),
    BookingStatus.PAID: frozenset({BookingStatus.COMPLETED, BookingStatus.REFUNDED}),
    BookingStatus.COMPLETED: frozenset({BookingStatus.REFUNDED}),
    BookingStatus.FAILED: frozenset(),
    # A payment captured after the hold was lost takes the same seats again if they are free.
    BookingStatus.CANCELLED: frozenset({BookingStatus.PAID}),
    BookingStatus.EXPIRED: frozenset({BookingStatus.PAID}),
    BookingStatus.REFUNDED: frozenset(),
}

HOLDING = (BookingStatus.PENDING_PAYMENT,)  # its seats are reserved
SOLD = (BookingStatus.PAID, BookingStatus.COMPLETED)  # its seats are sold
TIME_IS_UP = "The time to pay was over before the payment."  # why a booking expired, for its buyer
OPEN = (BookingStatus.PROCESSING, BookingStatus.PENDING_PAYMENT)  # counts against the buyer's limit


class PaymentStatus(models.TextChoices):
    """Where one attempt to take money stands."""

    PENDING = "pending", "Pending"
    CAPTURED = "captured", "Captured"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    PARTLY_REFUNDED = "partly_refunded", "Partly refunded"
    REFUNDED = "refunded", "Refunded"


PAYMENT_TRANSITIONS: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    # Cancelled: the gateway was never reached, so nothing was or will be taken.
    PaymentStatus.PENDING: frozenset({PaymentStatus.CAPTURED, PaymentStatus.FAILED, PaymentStatus.CANCELLED}),
    PaymentStatus.CAPTURED: frozenset({PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED}),
    PaymentStatus.PARTLY_REFUNDED: frozenset({PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED}),
    # A gateway that first said no, or nothing, and took the money all the same.
    PaymentStatus.FAILED: frozenset({PaymentStatus.CAPTURED}),
    PaymentStatus.CANCELLED: frozenset({PaymentStatus.CAPTURED}),
    PaymentStatus.REFUNDED: frozenset(),
}
TAKEN_MONEY = (PaymentStatus.CAPTURED, PaymentStatus.PARTLY_REFUNDED)  # some of it is still ours


class RefundStatus(models.TextChoices):
    """Where money on its way back stands."""

    PENDING = "pending", "Pending"
    SENT = "sent", "Sent"


class RefundReason(models.TextChoices):
    """Why money goes back."""

    BUYER = "buyer", "Asked for by the buyer"
    SELLER = "seller", "Given by the seller"
    EVENT_CANCELLED = "event_cancelled", "The event was cancelled"
    SEATS_LOST = "seats_lost", "The seats were lost before the payment came"
    PAID_TWICE = "paid_twice", "Another payment had paid the booking"


class AdmissionStatus(models.TextChoices):
    """Whether an issued ticket still opens the door."""

    ACTIVE = "active", "Active"
    USED = "used", "Used"
    VOID = "void", "Void"


class CheckInKind(models.TextChoices):
    """What happened at the door."""

    ACCEPTED = "accepted", "Accepted"
    UNDONE = "undone", "Undone"
    CONFLICT = "conflict", "Conflict"


class LetterKind(models.TextChoices):
    """What a mail says, to the buyer except where the seller is named."""

    CONFIRMATION = "confirmation", "Booking confirmed, with the tickets"
    PAYMENT_FAILED = "payment_failed", "A payment that was open has failed"
    HOLD_EXPIRED = "hold_expired", "The time to pay was over"
    SEATS_LOST = "seats_lost", "The payment came too late"
    REFUND = "refund", "Refunded"
    EVENT_CANCELLED = "event_cancelled", "The event was cancelled"
    HOLD_RELEASED = "hold_released", "The organiser let the hold go"
    TICKETS_AGAIN = "tickets_again", "The tickets, sent again"
    EVENT_CHANGED = "event_changed", "The event has changed"
    ENDPOINT_OFF = "endpoint_off", "To the seller: a webhook endpoint was switched off"


# These come by the thousand, and nobody sits waiting for one: all others go first.
MASS_LETTERS = (LetterKind.HOLD_EXPIRED, LetterKind.EVENT_CANCELLED, LetterKind.EVENT_CHANGED)


class LetterStatus(models.TextChoices):
    """Where a mail stands."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "No longer true"
    FAILED = "failed", "Given up"


class DeliveryKind(models.TextChoices):
    """What a webhook tells a seller."""

    BOOKING_PAID = "booking.paid", "Booking paid"
    BOOKING_REFUNDED = "booking.refunded", "Booking refunded"
    TICKET_CHECKED_IN = "ticket.checked_in", "Ticket checked in"
    EVENT_SOLD_OUT = "event.sold_out", "Event sold out"
    TEST = "endpoint.test", "Test"


WANTED_KINDS = tuple(kind for kind in DeliveryKind if kind != DeliveryKind.TEST)  # those an endpoint chooses from


class DeliveryStatus(models.TextChoices):
    """Where a webhook stands."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"


class SelectionMode(models.TextChoices):
    """How the seats of a booking were chosen."""

    MANUAL = "manual", "Manual"
    BEST_AVAILABLE = "best_available", "Best available"
