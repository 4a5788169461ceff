"""Composes the emails to buyers and sellers, as text and HTML.

Emails never contain a buyer's name: anybody can sign up with somebody else's address and choose the name. Names that a
seller typed are put on one line, so that they can't imitate other parts of the email.
"""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from bookings.event_changes.differences import changes_since
from bookings.holds.models import Booking
from bookings.holds.texts import places
from bookings.notifications.models import EmailMessage
from bookings.payments.models import Payment, Refund
from bookings.payments.refund import refundable_until
from bookings.states import NO_SEATS, SOLD, BookingStatus, EmailKind
from bookings.tickets.selectors import valid_tickets
from bookings.tickets.texts import one_line, start_text, time_text
from bookings.webhooks.models import Endpoint
from core.clock import database_now
from core.money import money
from events.catalog.calendar import calendar_file

SUBJECTS = {
    EmailKind.CONFIRMATION: "Your tickets for {event}",
    EmailKind.PAYMENT_FAILED: "Your payment for {event} did not go through",
    EmailKind.HOLD_EXPIRED: "Your seats for {event} are no longer reserved",
    EmailKind.SEATS_LOST: "Your payment for {event} arrived too late and is refunded",
    EmailKind.REFUND: "Your booking for {event} has been refunded",
    EmailKind.EVENT_CANCELLED: "{event} has been cancelled",
    EmailKind.HOLD_RELEASED: "Your seats for {event} are no longer reserved",
    EmailKind.TICKETS_AGAIN: "Your tickets for {event}, sent again",
    EmailKind.EVENT_CHANGED: "{event} has changed",
}
# The statuses in which an email still applies. A booking's status may change before its email is sent.
APPLIES_TO: dict[EmailKind, tuple[BookingStatus, ...]] = {
    EmailKind.CONFIRMATION: SOLD,
    EmailKind.PAYMENT_FAILED: (BookingStatus.PENDING_PAYMENT, BookingStatus.EXPIRED, BookingStatus.CANCELLED),
    EmailKind.HOLD_EXPIRED: (BookingStatus.EXPIRED,),
    EmailKind.SEATS_LOST: tuple(BookingStatus),
    EmailKind.REFUND: (BookingStatus.REFUNDED,),
    EmailKind.EVENT_CANCELLED: (BookingStatus.REFUNDED, BookingStatus.CANCELLED),
    EmailKind.HOLD_RELEASED: (BookingStatus.CANCELLED,),
    EmailKind.TICKETS_AGAIN: SOLD,
    EmailKind.EVENT_CHANGED: (BookingStatus.PAID, BookingStatus.PENDING_PAYMENT),
}
WITH_TICKETS = (EmailKind.CONFIRMATION, EmailKind.TICKETS_AGAIN)
WITH_CALENDAR = (*WITH_TICKETS, EmailKind.EVENT_CHANGED)


def compose(entry: EmailMessage) -> EmailMultiAlternatives | None:
    """Return the email for a row of the email outbox, or None if it no longer applies.

    To save queries, read the row together with its booking, event, subsection and buyer, or its endpoint and seller.
    """
    return _endpoint_email(entry.endpoint) if entry.endpoint else _booking_email(entry)


def _endpoint_email(endpoint: Endpoint) -> EmailMultiAlternatives | None:
    if endpoint.is_active:
        return None
    endpoint_url = settings.SITE_URL + reverse("admin:bookings_endpoint_change", args=[endpoint.pk])
    context = {
        "endpoint": endpoint,
        "endpoint_url": endpoint_url,
        "subject": "Your webhook endpoint was switched off",
    }
    return _mail(EmailKind.ENDPOINT_OFF, endpoint.seller, context)


def _booking_email(entry: EmailMessage) -> EmailMultiAlternatives | None:
    kind, booking = EmailKind(entry.kind), entry.booking
    assert booking is not None  # noqa: S101  (a database constraint: a booking or an endpoint)
    changes = changes_since(entry.before, booking.event)
    if booking.status not in APPLIES_TO[kind] or (kind == EmailKind.EVENT_CHANGED and not changes):
        return None
    subject = SUBJECTS[kind].format(event=one_line(booking.event.name))
    context = _context(entry, booking) | {"subject": subject, "changes": changes}
    if kind == EmailKind.EVENT_CHANGED:
        context["return_until"] = _return_until(booking)
    mail = _mail(kind, booking.buyer, context)
    if kind in WITH_TICKETS:
        _attach_tickets(mail, booking)
    if kind in WITH_CALENDAR and booking.event.starts_at is not None:
        mail.attach("event.ics", calendar_file(booking.event, url=context["event_url"]), "text/calendar")
    return mail


def _return_until(booking: Booking) -> str:
    """Return until when the buyer can return paid tickets; "" if they can't any more, or if no time is known."""
    until = refundable_until(booking)
    if booking.status != BookingStatus.PAID or until is None or until <= database_now():
        return ""
    return time_text(until)


def _mail(kind: EmailKind, to: User, context: dict[str, Any]) -> EmailMultiAlternatives:
    text = render_to_string(f"bookings/mail/{kind}.txt", context)
    mail = EmailMultiAlternatives(context["subject"], text, None, [to.email])
    mail.attach_alternative(render_to_string(f"bookings/mail/{kind}.html", context), "text/html")
    return mail


def _attach_tickets(mail: EmailMultiAlternatives, booking: Booking) -> None:
    from bookings.tickets.pdf import tickets_pdf

    tickets = booking.admissions.select_related("booking", "event", "subsection").order_by("position")
    mail.attach("tickets.pdf", tickets_pdf(valid_tickets(list(tickets))), "application/pdf")


def _context(entry: EmailMessage, booking: Booking) -> dict[str, Any]:
    """Return the variables of the email templates.

    No variable may be named `block`: inside `{% block %}` Django puts the block's own node under this name.
    """
    event, subsection = booking.event, booking.subsection
    return {
        "booking": booking,
        "still_held": booking.status == BookingStatus.PENDING_PAYMENT,
        "event_name": one_line(event.name),
        "venue_name": one_line(event.venue_name),
        "when": start_text(event),
        "section": one_line(subsection.section),
        "subsection": subsection.number,
        "seats": places(booking),
        "total": money(booking.total_price, event.currency),
        "is_free": booking.total_price == 0,
        "refunded": _refunded_amount(entry, booking),
        "event_url": f"{settings.SITE_URL}{reverse('event', args=[event.pk])}",
        "checkout_url": f"{settings.SITE_URL}{reverse('checkout', args=[booking.pk])}",
        "bookings_url": f"{settings.SITE_URL}{reverse('bookings')}",
    }


def _refunded_amount(entry: EmailMessage, booking: Booking) -> str:
    """Return the refunded amount with its currency; "" if nothing was refunded.

    For SEATS_LOST it is the amount of the payment that arrived too late.
    """
    if entry.kind == EmailKind.SEATS_LOST:
        amount = Payment.objects.get(pk=entry.subject).amount
    else:
        refunds = Refund.objects.filter(payment__booking=booking).exclude(reason__in=NO_SEATS)
        amount = refunds.aggregate(sum=Sum("amount"))["sum"] or 0
    return money(amount, booking.event.currency) if amount else ""
