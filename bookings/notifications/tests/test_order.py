"""The order in which emails are sent: a buyer's tickets never wait behind thousands of emails about an event."""

from collections.abc import Callable

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection

from accounts.models import User
from bookings.emails import send
from bookings.emails.send import send_due_emails
from bookings.holds.cancel import cancel_booking
from bookings.holds.models import Booking
from bookings.notifications import outbox
from bookings.notifications.models import EmailMessage
from bookings.states import BULK_EMAILS, WANTED_KINDS, EmailKind
from bookings.webhooks.endpoints import add_endpoint
from core.clock import database_now
from core.ids import new_id

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]


@pytest.fixture
def thousand_waiting(hold: Hold, bob: User) -> Booking:
    """A cancelled booking with a thousand waiting emails."""
    booking = cancel_booking(booking_id=hold(bob).pk, buyer=bob)
    now = database_now()
    EmailMessage.objects.bulk_create(
        EmailMessage(
            kind=EmailKind.EVENT_CANCELLED,
            event_id=booking.event_id,
            booking=booking,
            subject=new_id(),
            due_at=now,
            written_at=now,
        )
        for _ in range(1000)
    )
    return booking


def test_tickets_are_sent_before_a_thousand_older_emails(
    thousand_waiting: Booking,
    paid_booking: Hold,
    alice: User,
    mailoutbox: list[EmailMultiAlternatives],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paid_booking(alice)
    monkeypatch.setattr(send, "SWEEP_SECONDS", 0.3)
    send_due_emails()
    assert mailoutbox[0].subject == "Your tickets for A concert"
    assert {mail.subject for mail in mailoutbox[1:]} <= {"A concert has been cancelled"}


def test_among_emails_of_one_rank_the_oldest_is_first(thousand_waiting: Booking) -> None:
    oldest = EmailMessage.objects.latest("id")
    EmailMessage.objects.filter(pk=oldest.pk).update(due_at=oldest.written_at.replace(year=2020))
    assert send._due(None).first() == oldest


def test_the_next_email_is_found_by_an_index_without_sorting(thousand_waiting: Booking) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bookings_emailmessage")
        cursor.execute(
            "SET LOCAL enable_sort = off"
        )  # the planner's choice depends on rows that other tests left behind
    plan = send._due(None)[:1].explain()
    assert "using email_due" in plan
    assert "Sort" not in plan


def test_all_emails_except_bulk_emails_have_the_first_rank(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    endpoint = add_endpoint(seller=booking.event.seller, url="https://hooks.example/", kinds=WANTED_KINDS)
    for kind in EmailKind:
        if kind == EmailKind.ENDPOINT_OFF:
            outbox.queue_endpoint_email(endpoint)
        else:
            outbox.queue_email(kind, booking)
    assert set(EmailMessage.objects.filter(rank=1).values_list("kind", flat=True)) == set(BULK_EMAILS)
    assert EmailMessage.objects.filter(rank=0).count() == len(EmailKind) - len(BULK_EMAILS)
