"""Composes the emails to buyers and sellers, as text and HTML.

Emails never contain a buyer's name: anybody can sign up with somebody else's address and choose the name. Names that a
seller typed are put on one line, so that they can't imitate other parts of the email.
"""

from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Sum
from django.urls import reverse

from bookings.event_changes.differences import Change, changes_since
from bookings.holds.models import Booking
from bookings.holds.places import block_name, places_by_row, places_word
from bookings.notifications.models import EmailMessage
from bookings.payments.models import Payment, Refund
from bookings.payments.refund import refundable_until
from bookings.states import HOLDING, NO_SEATS, SOLD, BookingStatus, EmailKind
from bookings.tickets.calendar import Method, calendar_of
from bookings.tickets.file_names import calendar_name, tickets_name
from bookings.tickets.selectors import tickets_of, valid_tickets
from bookings.tickets.texts import one_line, start_text, ticket_text
from bookings.tickets.wallets.configuration import apple_wallet, google_wallet
from bookings.webhooks.models import Endpoint
from core.clock import database_now
from core.mail import compose_mail
from core.money.amounts import money
from core.text.directions import isolated
from events.lifecycle.change import NEW_RULES
from events.organiser import organiser_of
from events.wall_clocks import clock_text

# The emails' subjects, and their headings, which leave the event to the details below them.
SUBJECTS = {
    EmailKind.CONFIRMATION: "Your tickets for {event}",
    EmailKind.PAYMENT_FAILED: "Your payment for {event} did not go through",
    EmailKind.HOLD_EXPIRED: "Your {places} for {event} are no longer reserved",
    EmailKind.SEATS_LOST: "Your payment for {event} arrived too late and is refunded",
    EmailKind.REFUND: "Your booking for {event} has been refunded",
    EmailKind.EVENT_CANCELLED: "{event} has been cancelled",
    EmailKind.HOLD_RELEASED: "Your {places} for {event} are no longer reserved",
    EmailKind.TICKETS_AGAIN: "Your tickets for {event}, sent again",
    EmailKind.EVENT_CHANGED: "{event} has changed",
}
HEADINGS = {
    EmailKind.CONFIRMATION: "Your tickets",
    EmailKind.PAYMENT_FAILED: "Your payment did not go through",
    EmailKind.HOLD_EXPIRED: "Your {places} are no longer reserved",
    EmailKind.SEATS_LOST: "Your payment arrived too late and is refunded",
    EmailKind.REFUND: "Your booking has been refunded",
    EmailKind.EVENT_CANCELLED: "This event has been cancelled",
    EmailKind.HOLD_RELEASED: "Your {places} are no longer reserved",
    EmailKind.TICKETS_AGAIN: "Your tickets, sent again",
    EmailKind.EVENT_CHANGED: "This event has changed",
}
# The same for REFUND, if the tickets were free.
RETURNED_SUBJECT, RETURNED_HEADING = "Your tickets for {event} have been returned", "Your tickets have been returned"
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
OF_ONE_BOOKING = (EmailKind.TICKETS_AGAIN, EmailKind.EVENT_CHANGED)  # whatever else was bought with it
WITH_TICKETS = (EmailKind.CONFIRMATION, EmailKind.TICKETS_AGAIN)


class Action(NamedTuple):
    """The one thing that the reader of an email can do next: the label of a button, and its URL."""

    label: str
    url: str


def compose(entry: EmailMessage) -> EmailMultiAlternatives | None:
    """Return the email for a row of the email outbox, or None if it no longer applies.

    To save queries, read the row together with its booking, event, seller, subsection and buyer, or its endpoint and
    seller.
    """
    return _endpoint_email(entry.endpoint) if entry.endpoint else _booking_email(entry)


def _endpoint_email(endpoint: Endpoint) -> EmailMultiAlternatives | None:
    if endpoint.is_active:
        return None
    action = Action("Open the endpoint", _url("admin:bookings_endpoint_change", endpoint.pk))
    return compose_mail(
        f"bookings/mail/{EmailKind.ENDPOINT_OFF}",
        {"endpoint": endpoint, "action": action},
        subject="Your webhook endpoint was switched off",
        to=endpoint.seller.email,
    )


def _booking_email(entry: EmailMessage) -> EmailMultiAlternatives | None:
    kind, booking = EmailKind(entry.kind), entry.booking
    assert booking is not None  # noqa: S101  (a database constraint: a booking or an endpoint)
    changes = changes_since(entry.before, booking.event)
    if booking.buyer.deleted_at is not None:
        return None
    has_news = bool(changes) or NEW_RULES in entry.before
    if booking.status not in APPLIES_TO[kind] or (kind == EmailKind.EVENT_CHANGED and not has_news):
        return None
    bookings = _about(entry, booking)
    subject, heading = _titles(kind, bookings)
    mail = compose_mail(
        f"bookings/mail/{kind}",
        _context(entry, bookings, changes),
        subject=subject,
        heading=heading,
        to=booking.buyer.email,
        reply_to=organiser_of(booking.event).email,
    )
    if kind in WITH_TICKETS:
        _attach_tickets(mail, bookings)
    if method := _calendar_method(entry, booking):
        calendar = calendar_of(bookings, url=_url("booking-done", booking.order_id), method=method)
        # Mail programs act on the file only if its part names the method, too (RFC 6047, 2.4).
        mail.attach(calendar_name(booking), calendar, f"text/calendar; method={method}")
    return mail


def _about(entry: EmailMessage, booking: Booking) -> list[Booking]:
    """Return the bookings that an email is about: one, or those of its order to which the email applies."""
    kind = EmailKind(entry.kind)
    if booking.is_own_order or entry.subject == booking.pk or kind in OF_ONE_BOOKING:
        return [booking]
    of_order = Booking.objects.filter(order_id=booking.order_id, status__in=APPLIES_TO[kind])
    joined = of_order.select_related("event__seller", "event__venue", "subsection", "buyer")
    same = [one for one in joined.order_by("pk") if one.status == booking.status]
    return same or [booking]


def _titles(kind: EmailKind, bookings: list[Booking]) -> tuple[str, str]:
    """Return the subject and the heading of an email."""
    booking = bookings[0]
    returned = kind == EmailKind.REFUND and not _total(bookings)
    subject, heading = (RETURNED_SUBJECT, RETURNED_HEADING) if returned else (SUBJECTS[kind], HEADINGS[kind])
    places = places_word(*bookings)
    event = isolated(one_line(booking.event.name))
    return subject.format(event=event, places=places), heading.format(places=places)


def _return_until(booking: Booking) -> str:
    """Return until when the buyer can return paid tickets; "" if they can't any more, or if no time is known."""
    until = refundable_until(booking)
    if booking.status != BookingStatus.PAID or until is None or until <= database_now():
        return ""
    return clock_text(booking.event, until)


def _total(bookings: list[Booking]) -> int:
    """Return what the bookings cost together, in minor units."""
    return sum(booking.total_price for booking in bookings)


def _attach_tickets(mail: EmailMultiAlternatives, bookings: list[Booking]) -> None:
    from bookings.tickets.pdf import tickets_pdf

    mail.attach(tickets_name(bookings[0]), tickets_pdf(valid_tickets(tickets_of(bookings))), "application/pdf")


def _calendar_method(entry: EmailMessage, booking: Booking) -> Method | None:
    """Return what the email's calendar file does; None for an email without one.

    The booking is taken out of the calendars that have it: those of buyers who have paid, if it is refunded, or if the
    event is cancelled or has no date any more.
    """
    dated = booking.event.starts_at is not None
    if entry.kind in WITH_TICKETS:
        return Method.PUBLISH if dated else None
    if entry.kind == EmailKind.EVENT_CANCELLED and booking.paid_at is not None:
        return Method.CANCEL
    if entry.kind == EmailKind.REFUND:
        return Method.CANCEL if dated else None
    if entry.kind == EmailKind.EVENT_CHANGED and booking.status in SOLD:
        return Method.PUBLISH if dated else Method.CANCEL if entry.before.get("starts_at") else None
    return None


def _context(entry: EmailMessage, bookings: list[Booking], changes: list[Change]) -> dict[str, Any]:
    """Return the variables of the email templates.

    No variable may be named `block`: inside `{% block %}` Django puts the block's own node under this name.
    """
    booking, total = bookings[0], _total(bookings)
    event = booking.event
    organiser = organiser_of(event)
    return {
        "booking": booking,
        "still_held": booking.status in HOLDING,
        "pay_until": clock_text(event, booking.expires_at),
        "event_name": one_line(event.name),
        "venue_name": one_line(event.venue_name),
        "address": one_line(event.venue.address) if event.venue else "",
        "when": start_text(event),
        "blocks": [_block(one) for one in bookings],
        "places": places_word(*bookings),
        "getting_in": one_line(event.getting_in) if entry.kind in WITH_TICKETS else "",
        "total": money(total, event.currency) if total else "",
        "refunded": _refunded_amount(entry, booking),
        "changes": changes,
        "new_rules": NEW_RULES in entry.before,
        "return_until": _return_until(booking) if entry.kind == EmailKind.EVENT_CHANGED else "",
        "organiser": one_line(organiser.name),
        "can_reply": bool(organiser.email),
        "action": _action(EmailKind(entry.kind), booking),
        "wallets": [link for one in bookings for link in _wallets(one)] if entry.kind in WITH_TICKETS else [],
    }


def _block(booking: Booking) -> dict[str, Any]:
    """Return where the seats of a booking are, for the templates."""
    block = block_name(booking.subsection, booking.event)
    return {
        "section_word": block.word,
        "section": one_line(block.section),
        "number": block.number,
        "seats": [one_line(row) for row in places_by_row(booking)],
    }


def _action(kind: EmailKind, booking: Booking) -> Action:
    if booking.status in HOLDING:
        label = "Try to pay again" if kind == EmailKind.PAYMENT_FAILED else f"Pay for your {places_word(booking)}"
        return Action(label, _url("checkout", booking.order_id))
    if booking.status in SOLD:
        return Action("See your tickets", _url("booking-done", booking.order_id))
    if kind in (EmailKind.REFUND, EmailKind.EVENT_CANCELLED):
        return Action("See your bookings", _url("bookings"))
    again = kind in (EmailKind.PAYMENT_FAILED, EmailKind.HOLD_EXPIRED)
    places = places_word(booking)
    return Action(f"Choose {places} again" if again else f"Choose other {places}", _url("event", booking.event_id))


def _wallets(booking: Booking) -> list[Action]:
    """Return the links that put the tickets into wallets of phones. For Google each ticket has a link of its own."""
    apple = [Action("Add to Apple Wallet", _url("booking-apple-wallet", booking.order_id))] if apple_wallet() else []
    if google_wallet() is None:
        return apple
    tickets = valid_tickets(list(booking.admissions.with_place().order_by("position")))
    places = [f": {one_line(ticket_text(ticket))}" if len(tickets) > 1 else "" for ticket in tickets]
    urls = [_url("ticket-google-wallet", booking.pk, ticket.pk) for ticket in tickets]
    return apple + [Action(f"Add to Google Wallet{at}", url) for at, url in zip(places, urls, strict=True)]


def _url(name: str, *arguments: Any) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=arguments)}"


def _refunded_amount(entry: EmailMessage, booking: Booking) -> str:
    """Return the refunded amount with its currency; "" if nothing was refunded.

    For SEATS_LOST it is the amount of the payment that arrived too late.
    """
    if entry.kind == EmailKind.SEATS_LOST:
        amount = Payment.objects.get(pk=entry.subject).amount
    else:
        refunds = Refund.objects.filter(payment__order=booking.order_id).exclude(reason__in=NO_SEATS)
        if entry.subject == booking.pk and not booking.is_own_order:
            refunds = refunds.filter(booking=booking)
        amount = refunds.aggregate(sum=Sum("amount"))["sum"] or 0
    return money(amount, booking.event.currency) if amount else ""
