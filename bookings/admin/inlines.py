"""Read-only tables on a booking's page: payments, tickets and emails."""

from operator import attrgetter
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.checks import InlineModelAdminChecks
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, modelformset_factory
from django.http import HttpRequest
from django.utils.html import format_html_join

from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.models import Payment, Refund
from bookings.states import MADE_ELSEWHERE, AdmissionStatus, EmailStatus, RefundStatus
from bookings.tickets.models import Admission, AdmissionQuerySet
from bookings.tickets.texts import ticket_text_with_remark
from core.money.amounts import money
from events.seller_admin.times import time_column, time_of


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows that nobody adds, changes or deletes. The booking's page has already checked who may view them."""

    extra = 0
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow everyone; the booking's page has checked who may view the booking."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow nobody to add rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow nobody to change rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow nobody to delete rows."""
        return False


class PaymentsChecks(InlineModelAdminChecks):
    """Checks of an inline whose rows belong to the booking's order, and not to the booking."""

    def _check_exclude_of_parent_model(self, obj: Any, parent_model: Any) -> list[Any]:
        return []

    def _check_relation(self, obj: Any, parent_model: Any) -> list[Any]:
        return []


class PaymentsFormSet(BaseModelFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """The payments of a booking's order, in the form in which the admin shows an inline."""

    def __init__(
        self, data: Any = None, files: Any = None, *, instance: Booking, queryset: QuerySet[Payment], **kwargs: Any
    ) -> None:
        self.instance = instance
        super().__init__(data, files, queryset=queryset.filter(order_id=instance.order_id), **kwargs)

    @classmethod
    def get_default_prefix(cls) -> str:
        """Return the name of the rows."""
        return "payments"


class Payments(ReadOnlyInline):
    """The payment attempts with their refunds. Only the last four digits of a card are ever stored."""

    model = Payment
    checks_class = PaymentsChecks
    verbose_name_plural = "Payments and refunds"
    fields = (
        *("reference", "status", "price", "gateway", "gateway_reference", "card_last4", "failure"),
        *("created", "captured", "refunded", "disputed"),
    )
    readonly_fields = ("reference", "price", "created", "captured", "refunded", "disputed")
    created = time_column("created_at", "Created at", event_of=attrgetter("event"))
    captured = time_column("captured_at", "Captured at", event_of=attrgetter("event"))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the class of the rows, which no foreign key leads to."""
        return modelformset_factory(Payment, formset=PaymentsFormSet, fields=(), extra=0)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """Include the event and the refunds."""
        return super().get_queryset(request).select_related("event").prefetch_related("refunds")

    @admin.display(description="Amount")
    def price(self, payment: Payment) -> str:
        """The formatted amount, and what was taken instead if it differs."""
        asked = money(payment.amount, payment.currency)
        if payment.captured_amount is None:
            return asked
        taken = money(payment.captured_amount, payment.captured_currency)
        return asked if taken == asked else f"{asked} asked, {taken} taken"

    @admin.display(description="Refunded")
    def refunded(self, payment: Payment) -> str:
        """Each refund: how much, why, and whether it has been sent."""
        lines = [(_refund_text(refund, payment),) for refund in payment.refunds.all()]
        return format_html_join("", "<div>{}</div>", lines) or "–"

    @admin.display(description="Disputed")
    def disputed(self, payment: Payment) -> str:
        """How much the buyer's bank asks back, and whether that is decided."""
        if not payment.dispute_status:
            return "–"
        return f"{money(payment.disputed_amount, payment.currency)}: {payment.get_dispute_status_display().lower()}"


def _refund_text(refund: Refund, payment: Payment) -> str:
    event = payment.event
    if not refund.amount:
        return f"Nothing to return. {refund.get_reason_display()}."
    details = f"{money(refund.amount, payment.captured_currency)}. {refund.get_reason_display()}."
    said = f" The gateway said: {refund.failure}" if refund.failure else ""
    match RefundStatus(refund.status):
        case RefundStatus.SENT if refund.reason in MADE_ELSEWHERE:
            return f"{details} Reported on {time_of(event, refund.sent_at)}."
        case RefundStatus.SENT:
            return f"{details} Sent to the card on {time_of(event, refund.sent_at)}."
        case RefundStatus.FAILED:
            return f"{details} Failed: return the money in another way, such as at the payment provider.{said}"
        case RefundStatus.UNDONE:
            return f"{details} Failed at the payment provider, so it does not count.{said}"
    return f"{details} Promised on {time_of(event, refund.created_at)}, not sent yet.{said}"


class Tickets(ReadOnlyInline):
    """The issued tickets, and whether they have been used."""

    model = Admission
    verbose_name_plural = "Tickets"
    fields = ("reference", "seat", "holder", "state", "issued")
    readonly_fields = ("reference", "seat", "state", "issued")
    issued = time_column("issued_at", "Issued at", event_of=attrgetter("event"))
    ordering = ("position", "issued_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Admission]:
        """Include booking and subsection, for the names of the seats, and the event."""
        rows: AdmissionQuerySet = super().get_queryset(request)  # type: ignore[assignment]
        return rows.with_place()

    @admin.display(description="Seat")
    def seat(self, ticket: Admission) -> str:
        """Return row and seat, or "standing", with what is special about the place."""
        return ticket_text_with_remark(ticket)

    @admin.display(description="State")
    def state(self, ticket: Admission) -> str:
        """Return the ticket's status as text, with the time when it was used or became void."""
        match ticket.status:
            case AdmissionStatus.USED:
                return f"Used: let in on {time_of(ticket.event, ticket.used_at)}"
            case AdmissionStatus.VOID if ticket.void_at:
                return f"Void since {time_of(ticket.event, ticket.void_at)}"
        return ticket.get_status_display()


class Emails(ReadOnlyInline):
    """The emails to the buyer: when they were sent, or why not."""

    model = EmailMessage
    verbose_name_plural = "Emails to the buyer"
    fields = ("kind", "written", "outcome")
    readonly_fields = ("written", "outcome")
    written = time_column("written_at", "Written at", event_of=attrgetter("booking.event"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailMessage]:
        """Include the event."""
        return super().get_queryset(request).select_related("booking__event")

    @admin.display(description="Outcome")
    def outcome(self, entry: EmailMessage) -> str:
        """What happened to the email: its status, the time of sending or of the next attempt, and the last error."""
        event = cast(Booking, entry.booking).event
        match entry.status:
            case EmailStatus.SENT:
                return f"Sent on {time_of(event, entry.sent_at)}"
            case EmailStatus.WAITING if entry.failure:
                return f"Failed {entry.attempts} times; next attempt on {time_of(event, entry.due_at)}: {entry.failure}"
            case EmailStatus.WAITING:
                return f"Waiting, to be sent on {time_of(event, entry.due_at)}"
            case EmailStatus.FAILED:
                return f"Given up after {entry.attempts} attempts: {entry.failure}"
            case EmailStatus.DROPPED:
                return "Not sent: it no longer applied"
        return entry.get_status_display()
