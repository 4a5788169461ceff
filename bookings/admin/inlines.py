"""Read-only tables on a booking's admin page: its payments and refunds, its tickets and its emails."""

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


class ReadOnlyTable(admin.TabularInline):
    """A table whose rows nobody can add, change or delete.

    Everyone who may see the booking may see the rows; the booking's page checks that first.
    """

    extra = 0
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow everyone; the booking's page has checked who may see it."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Forbid it to everyone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Forbid it to everyone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Forbid it to everyone."""
        return False


class Payments(ReadOnlyTable):
    """Payments with their refunds. Only the last four digits of a card are stored."""

    model = Payment
    verbose_name_plural = "Payments and refunds"
    fields = (
        *("status", "price", "gateway", "gateway_reference", "card_last4", "failure", "created_at", "captured_at"),
        "given_back",
    )
    readonly_fields = ("price", "given_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """Prefetch the refunds."""
        return super().get_queryset(request).prefetch_related("refunds")

    @admin.display(description="Amount")
    def price(self, payment: Payment) -> str:
        """Return the amount, formatted with its currency."""
        return money(payment.amount, payment.currency)

    @admin.display(description="Given back")
    def given_back(self, payment: Payment) -> str:
        """Return one line per refund: how much, why, and whether it has been sent to the gateway."""
        lines = [(_refund_text(refund, payment.currency),) for refund in payment.refunds.all()]
        return format_html_join("", "<div>{}</div>", lines) or "–"


def _refund_text(refund: Refund, currency: str) -> str:
    what = f"{money(refund.amount, currency)}. {refund.get_reason_display()}."
    if refund.status == RefundStatus.SENT:
        return f"{what} Sent to the card on {_time(refund.sent_at)}."
    pending = f"{what} Promised on {_time(refund.created_at)}, not sent yet."
    return f"{pending} The gateway said: {refund.failure}" if refund.failure else pending


class Tickets(ReadOnlyTable):
    """Issued tickets, and whether they were used."""

    model = Admission
    verbose_name_plural = "Tickets"
    fields = ("seat", "holder", "state", "issued_at")
    readonly_fields = ("seat", "state")
    ordering = ("position", "issued_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Admission]:
        """Join the subsection, which the names of the seats need."""
        return super().get_queryset(request).select_related("subsection").defer("subsection__letters")

    @admin.display(description="Seat")
    def seat(self, ticket: Admission) -> str:
        """Return row and seat, both from 1."""
        row, seat = place_of(ticket.position, ticket.subsection.cols)
        return f"row {row}, seat {seat}"

    @admin.display(description="State")
    def state(self, ticket: Admission) -> str:
        """Return the status and since when it applies."""
        match ticket.status:
            case AdmissionStatus.USED:
                return f"Used: let in on {_time(ticket.used_at)}"
            case AdmissionStatus.VOID if ticket.void_at:
                return f"Void since {_time(ticket.void_at)}"
        return ticket.get_status_display()


class Letters(ReadOnlyTable):
    """Emails to the buyer: when each was sent, or why it was not."""

    model = Letter
    verbose_name_plural = "Mails to the buyer"
    fields = ("kind", "written_at", "outcome")
    readonly_fields = ("outcome",)

    @admin.display(description="Outcome")
    def outcome(self, letter: Letter) -> str:
        """Return the status with its time, and the last error."""
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
