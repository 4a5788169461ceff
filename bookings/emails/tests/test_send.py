"""Sending emails: each once, with retries, by any number of senders."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.app.task import Task
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends import locmem

from accounts.models import User
from bookings.emails import send, tasks
from bookings.emails.send import MAX_ATTEMPTS, send_due_emails
from bookings.emails.tests.stage import expire
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import queue_email, queue_order_emails
from bookings.states import EmailKind, EmailStatus
from bookings.testing.crowd import crowd
from core.clock import database_now

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
Emails = list[EmailMultiAlternatives]


def make_due() -> None:
    """Make all emails due."""
    EmailMessage.objects.update(due_at=database_now())


@pytest.mark.django_db(transaction=True)
def test_ten_simultaneous_sweeps_send_each_email_once(
    hold: Hold, paid_booking: Hold, alice: User, bob: User, mailoutbox: Emails
) -> None:
    paid_booking(alice)
    for _ in range(3):
        expire(hold(bob))
    assert sum(crowd(10, lambda n: send_due_emails())) == 4
    assert send_due_emails() == 0
    assert sorted(mail.to[0] for mail in mailoutbox) == ["alice@example.com", *3 * ["bob@example.com"]]
    assert set(EmailMessage.objects.values_list("status", "attempts")) == {("sent", 1)}


def test_an_email_queued_several_times_is_one_row(paid_booking: Hold, alice: User) -> None:
    booking = paid_booking(alice)
    queue_email(EmailKind.CONFIRMATION, booking)
    queue_order_emails(EmailKind.CONFIRMATION, booking.event_id, {booking.order_id: booking.pk})
    assert EmailMessage.objects.count() == 1


def test_a_sweep_whose_time_is_over_starts_no_further_email(
    paid_booking: Hold, alice: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: Emails
) -> None:
    paid_booking(alice)
    with monkeypatch.context() as over:
        over.setattr(send, "SWEEP_SECONDS", 0)
        assert send_due_emails() == 0
    assert EmailMessage.objects.get().attempts == 0
    assert send_due_emails() == 1


def test_sending_needs_no_broker(
    paid_booking: Hold, alice: User, monkeypatch: pytest.MonkeyPatch, eager: None, mailoutbox: Emails
) -> None:
    def no_broker(*args: Any, **options: Any) -> None:
        raise AssertionError("something was enqueued")

    monkeypatch.setattr(Task, "apply_async", no_broker)
    paid_booking(alice)
    assert send_due_emails() == 1
    assert [mail.subject for mail in mailoutbox] == ["Your tickets for A concert"]


def test_an_email_that_the_mail_server_refuses_is_retried_with_growing_delays(
    paid_booking: Hold, alice: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: Emails
) -> None:
    def refuse(*args: Any) -> int:
        raise ConnectionRefusedError("no mail server")

    with monkeypatch.context() as broken:
        broken.setattr(locmem.EmailBackend, "send_messages", refuse)
        paid_booking(alice)
        waits = []
        for _ in range(3):
            before = database_now()
            make_due()
            assert send_due_emails() == 1
            email = EmailMessage.objects.get()
            assert email.status == EmailStatus.WAITING
            assert "no mail server" in email.failure
            waits.append((email.due_at - before).total_seconds())
        assert waits == pytest.approx([10, 20, 40], abs=5)
    assert send_due_emails() == 0
    make_due()
    assert send_due_emails() == 1
    assert len(mailoutbox) == 1
    assert EmailMessage.objects.get().status == EmailStatus.SENT


def test_an_email_is_given_up_after_the_last_attempt(paid_booking: Hold, alice: User) -> None:
    paid_booking(alice)
    EmailMessage.objects.update(attempts=MAX_ATTEMPTS)
    make_due()
    assert send_due_emails() == 0
    assert EmailMessage.objects.get().status == EmailStatus.FAILED


def test_each_mailer_sends_only_the_emails_of_its_rank(
    hold: Hold, paid_booking: Hold, alice: User, bob: User, mailoutbox: Emails
) -> None:
    expire(hold(bob))
    paid_booking(alice)
    tasks.send_due_emails()
    assert [mail.to for mail in mailoutbox] == [["alice@example.com"]]
    tasks.send_due_emails()
    assert len(mailoutbox) == 1
    tasks.send_due_bulk_emails()
    assert [mail.to for mail in mailoutbox] == [["alice@example.com"], ["bob@example.com"]]


def test_an_email_of_a_dead_sender_is_sent_once_its_claim_has_ended(
    paid_booking: Hold, alice: User, mailoutbox: Emails
) -> None:
    paid_booking(alice)
    dead = {"status": EmailStatus.SENDING, "attempts": 1}
    EmailMessage.objects.update(**dead, due_at=database_now() + timedelta(minutes=10))
    assert send_due_emails() == 0
    assert not mailoutbox
    make_due()
    assert send_due_emails() == 1
    assert len(mailoutbox) == 1
    assert EmailMessage.objects.get().attempts == 2
