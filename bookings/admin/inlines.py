"""What belongs to a booking, on its page, to read: its money, its tickets, its mails."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join

from bookings.models import Admission, Letter, Payment, Refund
from bookings.states import AdmissionStatus, LetterStatus, RefundStatus
from events.money import money
from events.positions import place_of


class ToRead(admin.TabularInline):
    """Rows that nobody adds, changes or deletes here. Whoever sees the booking sees them: its page asks first."""

    extra = 0
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the booking."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class Payments(ToRead):
    """The attempts to pay, each with what went back. Of a card, nothing but its last four digits was ever kept."""

    model = Payment
    verbose_name_plural = "Payments and refunds"
    fields = (
        *("status", "price", "gateway", "gateway_reference", "card_last4", "failure", "created_at", "captured_at"),
        "given_back",
    )
    readonly_fields = ("price", "given_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """With their refunds."""
        return super().get_queryset(request).prefetch_related("refunds")

    @admin.display(description="Amount")
    def price(self, payment: Payment) -> str:
        """The amount as people write it."""
        return money(payment.amount, payment.currency)

    @admin.display(description="Given back")
    def given_back(self, payment: Payment) -> str:
        """Each refund: how much, why, and whether the gateway has it."""
        lines = [(_refund_in_words(refund, payment.currency),) for refund in payment.refunds.all()]
        return format_html_join("", "<div>{}</div>", lines) or "–"


def _refund_in_words(refund: Refund, currency: str) -> str:
    what = f"{money(refund.amount, currency)}. {refund.get_reason_display()}."
    if refund.status == RefundStatus.SENT:
        return f"{what} Sent to the card on {_time(refund.sent_at)}."
    asked = f"{what} Promised on {_time(refund.created_at)}, not sent yet."
    return f"{asked} The gateway said: {refund.failure}" if refund.failure else asked


class Tickets(ToRead):
    """The issued tickets, and whether somebody was let in with them."""

    model = Admission
    verbose_name_plural = "Tickets"
    fields = ("seat", "holder", "state", "issued_at")
    readonly_fields = ("seat", "state")
    ordering = ("position", "issued_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Admission]:
        """With their block, for the names of the seats."""
        return super().get_queryset(request).select_related("subsection").defer("subsection__seat_status")

    @admin.display(description="Seat")
    def seat(self, ticket: Admission) -> str:
        """Row and seat."""
        row, seat = place_of(ticket.position, ticket.subsection.cols)
        return f"row {row}, seat {seat}"

    @admin.display(description="State")
    def state(self, ticket: Admission) -> str:
        """The status with its time."""
        match ticket.status:
            case AdmissionStatus.USED:
                return f"Used: let in on {_time(ticket.used_at)}"
            case AdmissionStatus.VOID if ticket.void_at:
                return f"Void since {_time(ticket.void_at)}"
        return ticket.get_status_display()


class Letters(ToRead):
    """What was mailed to the buyer when, or why not."""

    model = Letter
    verbose_name_plural = "Mails to the buyer"
    fields = ("kind", "written_at", "outcome")
    readonly_fields = ("outcome",)

    @admin.display(description="Outcome")
    def outcome(self, letter: Letter) -> str:
        """The status with its time, and what went wrong."""
        match letter.status:
            case LetterStatus.SENT:
                return f"Sent on {_time(letter.sent_at)}"
            case LetterStatus.WAITING if letter.failure:
                return f"Failed {letter.attempts} times, tried again on {_time(letter.due_at)}: {letter.failure}"
            case LetterStatus.WAITING:
                return f"Waiting, to be sent on {_time(letter.due_at)}"
            case LetterStatus.FAILED:
                return f"Given up after {letter.attempts} attempts: {letter.failure}"
            case LetterStatus.DROPPED:
                return "Not sent: it was no longer true"
        return letter.get_status_display()


def _time(moment: Any) -> str:
    return date_format(moment, "DATETIME_FORMAT")
