"""Texts of the entries of a seat's history."""

from collections.abc import Callable

from django.db import models

from bookings.checkin.models import CheckIn
from bookings.holds.models import Booking
from bookings.payments.models import Payment, Refund
from bookings.states import MADE_ELSEWHERE, CheckInKind, DisputeStatus, PaymentStatus, RefundReason, RefundStatus
from core.money.amounts import money
from events.models import SeatChange
from events.states import ChangeKind
from events.wall_clocks import clock_text

MAX_NAMED = 6  # a text names at most this many other seats; beyond that it gives their number


SeatNames = Callable[[int], str]


class HistoryKind(models.TextChoices):
    """The kind of an entry in a seat's history."""

    HELD = "held", "Held"
    PAID = "paid", "Sold"
    EXPIRED = "expired", "Hold expired"
    CANCELLED = "cancelled", "Hold cancelled"
    REFUNDED = "refunded", "Refunded"
    BLOCKED = "blocked", "Blocked"
    UNBLOCKED = "unblocked", "Unblocked"
    REPLANNED = "replanned", "Drawn anew"
    PAYMENT_CAPTURED = "payment_captured", "Payment taken"
    PAYMENT_DECLINED = "payment_declined", "Payment declined"
    PAYMENT_OPEN = "payment_open", "Payment open"
    PAYMENT_CANCELLED = "payment_cancelled", "Payment not made"
    REFUND_PROMISED = "refund_promised", "Refund promised"
    REFUND_SENT = "refund_sent", "Refund sent"
    TICKET_ISSUED = "ticket_issued", "Ticket issued"
    TICKET_VOID = "ticket_void", "Ticket void"
    CHECKED_IN = "checked_in", "Checked in"
    CHECK_IN_UNDONE = "check_in_undone", "Check-in undone"
    CHECK_IN_CONFLICT = "check_in_conflict", "Scanned twice"


def change_text(
    change: SeatChange, booking: Booking | None, *, position: int, names: SeatNames, is_repeated: bool
) -> str:
    """Return the text of a `SeatChange` for its seat at `position`.

    `names` returns the name of a seat by its position. `is_repeated`: the booking held the seat before.
    """
    buyer = f"{booking.buyer.name} ({booking.buyer.email})" if booking else "an unknown buyer"
    others = _others([names(other) for other in change.positions if other != position])
    match ChangeKind(change.kind):
        case ChangeKind.HELD if is_repeated:
            return f"Held again for {buyer}{others}: a payment arrived after the hold had ended."
        case ChangeKind.HELD:
            return f"Held by {buyer}{others}."
        case ChangeKind.PAID:
            return f"Sold to {buyer}{others}."
        case ChangeKind.EXPIRED:
            return f"{buyer} did not pay in time; the seat was free again."
        case ChangeKind.CANCELLED:
            return f"The hold of {buyer} was cancelled; the seat was free again."
        case ChangeKind.REFUNDED:
            return f"The booking of {buyer} was refunded; the seat was free again."
        case ChangeKind.BLOCKED:
            return f"Taken out of sale{others}."
        case ChangeKind.UNBLOCKED:
            return f"Put back on sale{others}."
        case ChangeKind.REPLANNED:
            return "The block was drawn anew, with another version of its seating plan; its history begins here."


def _others(names: list[str]) -> str:
    if len(names) > MAX_NAMED:
        return f", with {len(names)} other seats"
    return f", with {', '.join(names)}" if names else ""


def payment_text(payment: Payment, booking: Booking) -> tuple[HistoryKind, str]:
    """Return the kind and the text of the entry for a payment: how it ended, or that its outcome is not known yet."""
    seats = f"{booking.quantity} seat{'s' if booking.quantity > 1 else ''}"
    details = f"{money(payment.amount, payment.currency)} for {seats}{_card(payment)}"
    if not payment.amount and payment.status != PaymentStatus.CANCELLED:
        return HistoryKind.PAYMENT_CAPTURED, f"Nothing to pay for {seats}."
    match PaymentStatus(payment.status):
        case PaymentStatus.PENDING:
            return HistoryKind.PAYMENT_OPEN, f"Payment started: {details}. Its outcome is not known yet."
        case PaymentStatus.FAILED:
            failure = payment.failure and f"The buyer was told: “{payment.failure}”"
            return HistoryKind.PAYMENT_DECLINED, _sentences(f"Payment started and declined: {details}.", failure)
        case PaymentStatus.CANCELLED:
            return (
                HistoryKind.PAYMENT_CANCELLED,
                f"Payment started, but it never reached the gateway: {details}.",
            )
        case PaymentStatus.CAPTURED | PaymentStatus.PARTLY_REFUNDED | PaymentStatus.REFUNDED:
            return HistoryKind.PAYMENT_CAPTURED, _sentences(f"Paid: {details}.", _trouble(payment))


def _trouble(payment: Payment) -> str:
    """Return a sentence about a capture that is not what was asked for, or about a dispute; "" in the usual case."""
    if (payment.captured_amount, payment.captured_currency) != (payment.amount, payment.currency):
        captured = money(payment.captured_amount or 0, payment.captured_currency)
        return f"The gateway took {captured} instead, so nothing was sold."
    disputed = money(payment.disputed_amount, payment.currency)
    match DisputeStatus(payment.dispute_status):
        case DisputeStatus.OPEN:
            return f"The buyer's bank asks for {disputed} back; it is not decided yet."
        case DisputeStatus.LOST:
            return f"The buyer's bank has taken {disputed} back."
        case DisputeStatus.WON:
            return f"The buyer's bank had asked for {disputed} back; the money stays."
    return ""


def refund_recorded_text(refund: Refund) -> str:
    """Return the text of a recorded refund: how much, why, and whether it has been sent."""
    by = f" ({refund.by.name})" if refund.by else ""
    reason = RefundReason(refund.reason).label
    if not refund.amount:
        return f"Returned, with no money to return: {reason[0].lower()}{reason[1:]}{by}."
    promised = f"{_to_card(refund, 'promised back')}: {reason[0].lower()}{reason[1:]}{by}."
    failure = refund.failure and f"The gateway said: “{refund.failure}”"
    match RefundStatus(refund.status):
        case RefundStatus.PENDING:
            return _sentences(f"{promised} It has not been sent yet.", failure)
        case RefundStatus.FAILED:
            return _sentences(f"{promised} It failed: the money has to be returned in another way.", failure)
        case RefundStatus.UNDONE:
            return _sentences(f"{promised} It failed at the provider and does not count.", failure)
    return promised


def refund_sent_text(refund: Refund) -> str:
    """Return the text of a refund that has been sent, or of one that was made elsewhere."""
    if refund.reason in MADE_ELSEWHERE:
        return f"{money(refund.amount, refund.payment.currency)} went back without this shop."
    return f"{_to_card(refund, 'sent back')}."


def _to_card(refund: Refund, verb: str) -> str:
    payment = refund.payment
    return f"{money(refund.amount, payment.captured_currency)} {verb}{_card(payment, ' to the')}"


def _card(payment: Payment, before: str = ",") -> str:
    """Return the card of a payment as the end of a sentence; "" for other methods of payment."""
    return f"{before} card ending {payment.card_last4}" if payment.card_last4 else ""


def scan_text(scan: CheckIn) -> tuple[HistoryKind, str]:
    """Return the kind and the text of the entry for a scan: what happened at check-in, where and by whom."""
    device = f" at {scan.device}" if scan.device else ""
    match CheckInKind(scan.kind):
        case CheckInKind.ACCEPTED:
            return HistoryKind.CHECKED_IN, f"Let in{device} by {scan.by.name}{_clock_text(scan)}."
        case CheckInKind.UNDONE:
            return HistoryKind.CHECK_IN_UNDONE, f"Check-in undone{device} by {scan.by.name}: the ticket is valid again."
        case CheckInKind.CONFLICT:
            return (
                HistoryKind.CHECK_IN_CONFLICT,
                f"Scanned{device} by {scan.by.name} after it had been used{_clock_text(scan)}.",
            )


def _clock_text(scan: CheckIn) -> str:
    """Say that the entry's time is that of the record, if the scanner's was not believed."""
    if not scan.clock_ignored:
        return ""
    return f"; the scanner's clock said {clock_text(scan.admission.event, scan.scanned_at)}"


def _sentences(first: str, second: str) -> str:
    return f"{first} {second}" if second else first
