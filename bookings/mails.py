"""What the mails to buyers and sellers say, as text and HTML. They carry no name that a person typed: anybody can enter
anybody's address; what a seller typed stands in one line, where it can fake nothing."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from bookings.event_changes import changes_since
from bookings.models import Booking, Endpoint, Letter, Payment, Refund
from bookings.states import SOLD, BookingStatus, LetterKind
from bookings.tickets import one_line, valid_tickets, when
from events.calendar import calendar_file
from events.money import money
from events.serializers import seat_names

SUBJECTS = {
    LetterKind.CONFIRMATION: "Your tickets for {event}",
    LetterKind.PAYMENT_FAILED: "Your payment for {event} did not go through",
    LetterKind.HOLD_EXPIRED: "Your seats for {event} are no longer held",
    LetterKind.SEATS_LOST: "Your payment for {event} came too late and is returned",
    LetterKind.REFUND: "Your booking for {event} is refunded",
    LetterKind.EVENT_CANCELLED: "{event} is cancelled",
    LetterKind.HOLD_RELEASED: "Your seats for {event} are no longer held",
    LetterKind.TICKETS_AGAIN: "Your tickets for {event}, once more",
    LetterKind.EVENT_CHANGED: "{event} has changed",
}
# Where the booking stands while the mail is true; it may have moved on before the mail is sent.
STILL_TRUE: dict[LetterKind, tuple[BookingStatus, ...]] = {
    LetterKind.CONFIRMATION: SOLD,
    LetterKind.PAYMENT_FAILED: (BookingStatus.PENDING_PAYMENT, BookingStatus.EXPIRED, BookingStatus.CANCELLED),
    LetterKind.HOLD_EXPIRED: (BookingStatus.EXPIRED,),
    LetterKind.SEATS_LOST: tuple(BookingStatus),
    LetterKind.REFUND: (BookingStatus.REFUNDED,),
    LetterKind.EVENT_CANCELLED: (BookingStatus.REFUNDED, BookingStatus.CANCELLED),
    LetterKind.HOLD_RELEASED: (BookingStatus.CANCELLED,),
    LetterKind.TICKETS_AGAIN: SOLD,
    LetterKind.EVENT_CHANGED: (BookingStatus.PAID, BookingStatus.PENDING_PAYMENT),
}
WITH_TICKETS = (LetterKind.CONFIRMATION, LetterKind.TICKETS_AGAIN)
WITH_CALENDAR = (*WITH_TICKETS, LetterKind.EVENT_CHANGED)


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The mail (the letter with what it is about loaded: booking, event, subsection and buyer, or endpoint and seller);
    None if it is no longer true."""
    return _about_endpoint(letter.endpoint) if letter.endpoint else _about_booking(letter)


def _about_endpoint(endpoint: Endpoint) -> EmailMultiAlternatives | None:
    if endpoint.is_active:
        return None
    page = settings.SITE_URL + reverse("admin:bookings_endpoint_change", args=[endpoint.pk])
    context = {"endpoint": endpoint, "page": page, "subject": "Your webhook endpoint was switched off"}
    return _mail(LetterKind.ENDPOINT_OFF, endpoint.seller, context)


def _about_booking(letter: Letter) -> EmailMultiAlternatives | None:
    kind, booking = LetterKind(letter.kind), letter.booking
    assert booking is not None  # as the database has it
    changes = changes_since(letter.before, booking.event)
    if booking.status not in STILL_TRUE[kind] or (kind == LetterKind.EVENT_CHANGED and not changes):
        return None
    subject = SUBJECTS[kind].format(event=one_line(booking.event.name))
    mail = _mail(kind, booking.buyer, _context(letter, booking) | {"subject": subject, "changes": changes})
    if kind in WITH_TICKETS:
        _attach_tickets(mail, booking)
    if kind in WITH_CALENDAR and booking.event.starts_at is not None:
        url = f"{settings.SITE_URL}/events/{booking.event_id}"
        mail.attach("event.ics", calendar_file(booking.event, url=url), "text/calendar")
    return mail


def _mail(kind: LetterKind, to: User, context: dict[str, Any]) -> EmailMultiAlternatives:
    text = render_to_string(f"bookings/mail/{kind}.txt", context)
    mail = EmailMultiAlternatives(context["subject"], text, None, [to.email])
    mail.attach_alternative(render_to_string(f"bookings/mail/{kind}.html", context), "text/html")
    return mail


def _attach_tickets(mail: EmailMultiAlternatives, booking: Booking) -> None:
    from bookings.pdf import tickets_pdf  # 0.2 s of CPU, which no process is to spend at its start

    tickets = booking.admissions.select_related("booking", "event", "subsection").order_by("position")
    mail.attach("tickets.pdf", tickets_pdf(valid_tickets(list(tickets))), "application/pdf")


def _context(letter: Letter, booking: Booking) -> dict[str, Any]:
    event, block = booking.event, booking.subsection
    return {
        "site": settings.SITE_URL,
        "booking": booking,
        "still_held": booking.status == BookingStatus.PENDING_PAYMENT,
        "event": event,
        "event_name": one_line(event.name),
        "venue_name": one_line(event.venue_name),
        "when": when(event),
        "section": one_line(block.section),
        "block": block.number,
        "seats": seat_names(block, booking.positions),
        "total": money(booking.total_price, event.currency),
        "returned": _returned(letter, booking),
    }


def _returned(letter: Letter, booking: Booking) -> str:
    """The money that goes back, as people write it; empty if there is none."""
    if letter.kind == LetterKind.SEATS_LOST:
        amount = Payment.objects.get(pk=letter.subject).amount
    else:
        refunds = Refund.objects.filter(payment__booking=booking)
        amount = refunds.aggregate(sum=Sum("amount"))["sum"] or 0
    return money(amount, booking.event.currency) if amount else ""
