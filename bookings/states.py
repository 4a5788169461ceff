"""The statuses of bookings, payments and other rows, and the allowed transitions (drawn in the README)."""

from django.db import models


class BookingStatus(models.TextChoices):
    """The status of a booking."""

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
    # Paid again if the event's dates were wrong and it is not over after all.
    BookingStatus.COMPLETED: frozenset({BookingStatus.PAID, BookingStatus.REFUNDED}),
    BookingStatus.FAILED: frozenset(),
    # A payment that is captured after the hold has ended takes the same seats again if they are free.
    BookingStatus.CANCELLED: frozenset({BookingStatus.PAID}),
    BookingStatus.EXPIRED: frozenset({BookingStatus.PAID}),
    BookingStatus.REFUNDED: frozenset(),
}

HOLDING = (BookingStatus.PENDING_PAYMENT,)  # the booking's seats are reserved
SOLD = (BookingStatus.PAID, BookingStatus.COMPLETED)  # the booking's seats are sold
BOUGHT = (*SOLD, BookingStatus.REFUNDED)  # they are, or they were
TIME_IS_UP = "The time to pay was over before the payment."  # `failure` of an expired booking, shown to its buyer
OPEN = (BookingStatus.PROCESSING, BookingStatus.PENDING_PAYMENT)  # counts towards the buyer's limit of open holds


class BookedKind(models.TextChoices):
    """The kind of a place that is held or sold, as people read it. A house seat on sale is a seat like others."""

    SEAT = "seat", "Seat"
    WHEELCHAIR = "wheelchair", "Wheelchair place"
    COMPANION = "companion", "Companion seat"
    RESTRICTED = "restricted", "Restricted view"
    STANDING = "standing", "Standing place"


class PaymentStatus(models.TextChoices):
    """The status of a payment, which is one attempt to take the money of a booking."""

    PENDING = "pending", "Pending"
    CAPTURED = "captured", "Captured"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    PARTLY_REFUNDED = "partly_refunded", "Partly refunded"
    REFUNDED = "refunded", "Refunded"


class PayOutcome(models.TextChoices):
    """What a request to pay answers: the money is taken, or the gateway has yet to say so."""

    PAID = "paid", "Paid"
    PENDING_PAYMENT = "pending_payment", "Waiting for payment"


PAYMENT_TRANSITIONS: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    # Cancelled means that the gateway was never reached, so no money is taken.
    PaymentStatus.PENDING: frozenset({PaymentStatus.CAPTURED, PaymentStatus.FAILED, PaymentStatus.CANCELLED}),
    PaymentStatus.CAPTURED: frozenset({PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED}),
    # Captured again if a partial refund that was made at the provider fails there.
    PaymentStatus.PARTLY_REFUNDED: frozenset(
        {PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED, PaymentStatus.CAPTURED}
    ),
    # Some gateways take the money although they first declined or did not answer.
    PaymentStatus.FAILED: frozenset({PaymentStatus.CAPTURED}),
    PaymentStatus.CANCELLED: frozenset({PaymentStatus.CAPTURED}),
    PaymentStatus.REFUNDED: frozenset(),
}
TAKEN_MONEY = (PaymentStatus.CAPTURED, PaymentStatus.PARTLY_REFUNDED)  # captured and not fully refunded


class RefundStatus(models.TextChoices):
    """The status of a refund.

    Pending, sent and failed refunds count as refunded: the money is promised. A failed one needs a person.
    """

    PENDING = "pending", "Pending"  # to be sent
    SENT = "sent", "Sent"  # the gateway has it
    FAILED = "failed", "Failed"  # the gateway refused it for good, or could not return the money
    UNDONE = "undone", "Undone"  # made at the provider, failed there, and the booking is still paid: it never counted


class DisputeStatus(models.TextChoices):
    """The status of a payment's dispute: the buyer's bank asks for the money back."""

    NONE = "", "None"
    OPEN = "open", "Open"
    WON = "won", "Won"  # the money stays
    LOST = "lost", "Lost"  # the bank has taken it


class RefundReason(models.TextChoices):
    """Why a payment is refunded."""

    BUYER = "buyer", "Requested by the buyer"
    SELLER = "seller", "Given by the seller"
    EVENT_CANCELLED = "event_cancelled", "The event was cancelled"
    SEATS_LOST = "seats_lost", "The seats were lost before the payment came"
    PAID_TWICE = "paid_twice", "Another payment had paid the booking"
    WRONG_AMOUNT = "wrong_amount", "The gateway took another amount than was asked for"
    PROVIDER = "provider", "Made at the payment provider"
    DISPUTE = "dispute", "Taken back by the buyer's bank"


NO_SEATS = (RefundReason.SEATS_LOST, RefundReason.PAID_TWICE, RefundReason.WRONG_AMOUNT)  # of a payment for nothing
MADE_ELSEWHERE = (RefundReason.PROVIDER, RefundReason.DISPUTE)  # recorded when the gateway reports them, never sent


class AdmissionStatus(models.TextChoices):
    """The status of an issued ticket: whether it still admits someone."""

    ACTIVE = "active", "Active"
    USED = "used", "Used"
    VOID = "void", "Void"


class CheckInKind(models.TextChoices):
    """What a row of the check-in log records: an accepted scan, an undo, or a conflicting scan."""

    ACCEPTED = "accepted", "Accepted"
    UNDONE = "undone", "Undone"
    CONFLICT = "conflict", "Conflict"


class EmailKind(models.TextChoices):
    """What an email is about. Emails go to the buyer, except where the label names the seller."""

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


class EmailRank(models.IntegerChoices):
    """Which emails go first: those that people wait for, such as tickets, before those that come in thousands."""

    AWAITED = 0, "Awaited"
    BULK = 1, "Bulk"


BULK_EMAILS = (EmailKind.HOLD_EXPIRED, EmailKind.EVENT_CANCELLED, EmailKind.EVENT_CHANGED)


class EmailStatus(models.TextChoices):
    """The status of an email in the outbox."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "No longer true"
    FAILED = "failed", "Given up"


class DeliveryKind(models.TextChoices):
    """The event type of a webhook."""

    BOOKING_PAID = "booking.paid", "Booking paid"
    BOOKING_REFUNDED = "booking.refunded", "Booking refunded"
    TICKET_CHECKED_IN = "ticket.checked_in", "Ticket checked in"
    EVENT_SOLD_OUT = "event.sold_out", "Event sold out"
    TEST = "endpoint.test", "Test"


WANTED_KINDS = tuple(kind for kind in DeliveryKind if kind != DeliveryKind.TEST)  # an endpoint can subscribe to these


class DeliveryStatus(models.TextChoices):
    """The status of a webhook delivery."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"


class SelectionMode(models.TextChoices):
    """Who chose the seats of a booking: the buyer, or the product (best available)."""

    MANUAL = "manual", "Manual"
    BEST_AVAILABLE = "best_available", "Best available"
