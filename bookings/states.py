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
    BookingStatus.COMPLETED: frozenset(),
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
    REFUNDED = "refunded", "Refunded"


PAYMENT_TRANSITIONS: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset({PaymentStatus.CAPTURED, PaymentStatus.FAILED}),
    PaymentStatus.CAPTURED: frozenset({PaymentStatus.REFUNDED}),
    PaymentStatus.FAILED: frozenset(),
    PaymentStatus.REFUNDED: frozenset(),
}


class SelectionMode(models.TextChoices):
    """How the seats of a booking were chosen."""

    MANUAL = "manual", "Manual"
    BEST_AVAILABLE = "best_available", "Best available"
