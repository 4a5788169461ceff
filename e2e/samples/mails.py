"""The emails among the samples: each kind, composed for a booking of the cast in the status that the email is about."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends import locmem
from django.test import override_settings

from accounts.operations.mails import (
    mail_account_deleted,
    mail_email_change,
    mail_email_changed,
    mail_idle_account,
    mail_password_reset_link,
    mail_verification_link,
)
from bookings.emails.compose import compose
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.states import BookingStatus, EmailKind
from bookings.webhooks.models import Endpoint
from core.clock import database_now
from e2e.samples.cast import EVENING, Cast
from events.zones import instant_of

IN_MEMORY = "django.core.mail.backends.locmem.EmailBackend"
NEW_ADDRESS = "bo.new@example.com"
ENDPOINT = "02300000-0000-7000-8000-999999999999"
OLD = {
    "name": "An evening of chamber music",
    "venue_name": "Town hall",
    "starts_at": str(instant_of(EVENING - timedelta(days=7), "America/New_York")),
}
# Name of the sample: kind, booking, its status if it isn't the booking's own, old values of a changed event.
MAILS: dict[str, tuple[EmailKind, str, BookingStatus | None, dict[str, Any]]] = {
    "confirmation-one-seat": (EmailKind.CONFIRMATION, "one seat", None, {}),
    "confirmation-ten-seats": (EmailKind.CONFIRMATION, "ten seats", None, {}),
    "confirmation-long-names": (EmailKind.CONFIRMATION, "long names", None, {}),
    "confirmation-other-scripts": (EmailKind.CONFIRMATION, "other scripts", None, {}),
    "confirmation-hall": (EmailKind.CONFIRMATION, "hall", None, {}),
    "confirmation-standing": (EmailKind.CONFIRMATION, "standing", None, {}),
    "confirmation-free": (EmailKind.CONFIRMATION, "free", None, {}),
    "tickets-again": (EmailKind.TICKETS_AGAIN, "apart", None, {}),
    "payment-failed": (EmailKind.PAYMENT_FAILED, "held", None, {}),
    "payment-failed-too-late": (EmailKind.PAYMENT_FAILED, "held", BookingStatus.EXPIRED, {}),
    "hold-expired": (EmailKind.HOLD_EXPIRED, "held", BookingStatus.EXPIRED, {}),
    "hold-released": (EmailKind.HOLD_RELEASED, "held", BookingStatus.CANCELLED, {}),
    "seats-lost": (EmailKind.SEATS_LOST, "apart", BookingStatus.EXPIRED, {}),
    "refund": (EmailKind.REFUND, "returned", None, {}),
    "refund-free": (EmailKind.REFUND, "free returned", None, {}),
    "event-cancelled": (EmailKind.EVENT_CANCELLED, "cancelled paid", None, {}),
    "event-cancelled-unpaid": (EmailKind.EVENT_CANCELLED, "cancelled held", None, {}),
    "event-changed": (EmailKind.EVENT_CHANGED, "apart", None, OLD),
    "event-changed-unpaid": (EmailKind.EVENT_CHANGED, "held", None, OLD),
    "event-changed-no-date": (EmailKind.EVENT_CHANGED, "free", None, {"starts_at": str(instant_of(EVENING, "UTC"))}),
}


class Sample(NamedTuple):
    """One email: headers and text, HTML, and the calendar file that comes with it ("" without one)."""

    text: str
    html: str
    calendar: str


def mail_samples(cast: Cast) -> dict[str, Sample]:
    """Return every kind of email by the name of its sample."""
    return {name: _sample(mail) for name, mail in _mails(cast)}


def _mails(cast: Cast) -> Iterator[tuple[str, EmailMultiAlternatives]]:
    for name, (kind, booking, status, before) in MAILS.items():
        yield name, _composed(_entry(kind, cast.bookings[booking], status, before))
    endpoint = Endpoint(
        pk=ENDPOINT,
        seller=cast.people["carol"],
        url="https://box-office.example/hooks/tickets",
        is_active=False,
        off_because="It responded with 410 (gone).",
    )
    yield "endpoint-off", _composed(EmailMessage(kind=EmailKind.ENDPOINT_OFF, endpoint=endpoint))
    buyer = cast.people["bo"]
    [verification] = _sent(lambda: mail_verification_link(user_id=buyer.pk))
    [password_reset] = _sent(lambda: mail_password_reset_link(email=buyer.email))
    buyer.pending_email = NEW_ADDRESS
    buyer.save(update_fields=["pending_email"])
    change, notice = _sent(lambda: mail_email_change(user_id=buyer.pk))
    [changed] = _sent(lambda: mail_email_changed(former=buyer.email, address=NEW_ADDRESS))
    [deleted] = _sent(lambda: mail_account_deleted(email=buyer.email))
    buyer.idle_warned_at = database_now()
    buyer.save(update_fields=["idle_warned_at"])
    [idle] = _sent(lambda: mail_idle_account(user_id=buyer.pk))
    yield from {
        "verification": verification,
        "password-reset": password_reset,
        "email-change": change,
        "email-change-notice": notice,
        "email-changed": changed,
        "account-deleted": deleted,
        "idle-account": idle,
    }.items()


def _composed(entry: EmailMessage) -> EmailMultiAlternatives:
    mail = compose(entry)
    if mail is None:
        raise ValueError(f"An email about {entry} would not be sent.")
    return mail


def _entry(kind: EmailKind, booking: Booking, status: BookingStatus | None, before: dict[str, Any]) -> EmailMessage:
    loaded = Booking.objects.select_related("event__seller", "subsection", "buyer").get(pk=booking.pk)
    loaded.status = status or loaded.status
    entry = EmailMessage(kind=kind, booking=loaded, before=before)
    if kind == EmailKind.SEATS_LOST:
        entry.subject = loaded.payments.get().pk
    return entry


def _sent(send: Callable[[], None]) -> list[EmailMultiAlternatives]:
    """Return the emails that `send` sends."""
    outbox: list[EmailMultiAlternatives] = []
    with override_settings(EMAIL_BACKEND=IN_MEMORY), mock.patch.object(locmem, "mail", SimpleNamespace(outbox=outbox)):
        send()
    return outbox


def _sample(mail: EmailMultiAlternatives) -> Sample:
    [(html, _)] = mail.alternatives
    calendar = "".join(str(content) for name, content, _ in mail.attachments if name.endswith(".ics"))
    return Sample("\n".join(_headers(mail)) + f"\n\n{mail.body}", str(html), calendar)


def _headers(mail: EmailMultiAlternatives) -> Iterator[str]:
    """Yield what a mail program shows above the text: the headers, and the names of the attached files."""
    yield f"From: {mail.from_email}"
    yield f"To: {', '.join(mail.to)}"
    if mail.reply_to:
        yield f"Reply-To: {', '.join(mail.reply_to)}"
    yield f"Subject: {mail.subject}"
    for name, _, kind in mail.attachments:
        yield f"Attached: {name} ({kind})"
