"""Mails to buyers: which, with what, and once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.app.task import Task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends import locmem

from accounts.models import User
from bookings.emails import send
from bookings.emails.send import MAX_ATTEMPTS, send_due_emails
from bookings.errors import PaymentDeclined
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import queue_email, queue_emails
from bookings.payments.gateways import Charge, Outcome
from bookings.payments.models import Payment
from bookings.payments.pay import pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.refund import refund_booking
from bookings.payments.settle import cancel_payment, settle_payment
from bookings.states import EmailKind, EmailStatus
from bookings.testing.crowd import crowd
from bookings.tickets.tests.pdf_text import pages_of
from core.clock import database_now
from events.models import Event

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
Mails = list[EmailMultiAlternatives]
GOOD, DECLINED, LATER, NEVER = "4242424242424242", "4000000000000002", "4000000000000077", "4000000000000119"
NO = Charge(Outcome.DECLINED, "ref", "card_declined", "No.")


def pay(booking: Booking, card: str = GOOD) -> Payment:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=card)


def lose(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    expire_holds()


def make_due() -> None:
    """Time passes."""
    EmailMessage.objects.update(due_at=database_now())


def html_of(mail: EmailMultiAlternatives) -> str:
    [alternative] = mail.alternatives
    assert alternative[1] == "text/html"
    return str(alternative[0])


def says(mail: EmailMultiAlternatives, *words: str) -> bool:
    """Whether text and HTML both say it."""
    return all(word in str(mail.body) and word in html_of(mail) for word in words)


def test_who_has_paid_gets_his_tickets(hold: Hold, alice: User, mailoutbox: Mails) -> None:
    Event.objects.update(starts_at=datetime(2027, 1, 2, 19, 30, tzinfo=UTC))
    booking = hold(alice, "1-4", "1-5")
    pay(booking)
    send_due_emails()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["alice@example.com"], "Your tickets for A concert")
    assert says(mail, "100.00 USD", "A concert", "The hall", "Saturday 2 January 2027, 19:30 UTC")
    assert says(mail, "Section A, block 1: row 1, seats 4–5")
    assert says(mail, str(booking.pk), f"{settings.SITE_URL}/bookings")
    tickets, evening = mail.attachments
    assert (tickets[0], tickets[2]) == ("tickets.pdf", "application/pdf")
    assert isinstance(tickets[1], bytes)
    assert len(pages_of(tickets[1])) == 2
    assert (evening[0], evening[2]) == ("event.ics", "text/calendar")
    assert "DTSTART:20270102T193000Z" in str(evening[1])
    email = EmailMessage.objects.get()
    assert (email.kind, email.status, email.attempts) == ("confirmation", "sent", 1)


def test_a_card_that_is_declined_on_screen_is_no_mail(hold: Hold, alice: User, mailoutbox: Mails) -> None:
    with pytest.raises(PaymentDeclined):
        pay(hold(alice), DECLINED)
    send_due_emails()
    assert not mailoutbox
    assert not EmailMessage.objects.exists()


@pytest.mark.parametrize("card", [LATER, NEVER])
def test_a_payment_that_fails_after_its_answer_was_open_is_told(
    hold: Hold, alice: User, mailoutbox: Mails, card: str
) -> None:
    booking = hold(alice)
    payment = pay(booking, card)
    assert not EmailMessage.objects.exists()
    for _ in range(2):
        settle_payment(payment_id=payment.pk, charge=NO)
    send_due_emails()
    [mail] = mailoutbox
    assert mail.subject == "Your payment for A concert did not go through"
    assert says(mail, "Nothing was charged", "Your seats are reserved until", f"/checkout/{booking.pk}")
    assert not mail.attachments


def test_a_charge_that_never_reached_the_gateway_is_told_as_well(hold: Hold, alice: User, mailoutbox: Mails) -> None:
    booking = hold(alice)
    payment = pay(booking, NEVER)
    lose(booking)
    cancel_payment(payment_id=payment.pk)
    send_due_emails()
    mail, _ = mailoutbox  # the second says that the hold is over
    assert says(mail, "Nothing was charged", "Your seats are no longer reserved", f"/events/{booking.event_id}")


def test_a_payment_that_comes_late_after_all_is_confirmed(hold: Hold, alice: User, mailoutbox: Mails) -> None:
    pay(hold(alice), NEVER)
    Payment.objects.update(created_at=database_now() - timedelta(minutes=1))
    reconcile_payments()
    send_due_emails()
    assert [mail.subject for mail in mailoutbox] == ["Your tickets for A concert"]


def test_a_hold_that_ran_out_is_told_by_the_sweep(hold: Hold, alice: User, mailoutbox: Mails) -> None:
    booking = hold(alice)
    lose(booking)
    assert send_due_emails() == 1
    [mail] = mailoutbox
    assert mail.subject == "Your seats for A concert are no longer reserved"
    assert says(mail, "Nothing was charged", f"/events/{booking.event_id}")


def test_who_lets_his_hold_go_needs_no_mail(hold: Hold, alice: User) -> None:
    cancel_booking(booking_id=hold(alice).pk, buyer=alice)
    assert not EmailMessage.objects.exists()


def test_a_hold_that_was_paid_after_all_is_not_told_to_be_over(hold: Hold, alice: User, mailoutbox: Mails) -> None:
    booking = hold(alice)
    payment = pay(booking, NEVER)
    lose(booking)
    settle_payment(payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "ref"))
    send_due_emails()
    assert [mail.subject for mail in mailoutbox] == ["Your tickets for A concert"]
    assert EmailMessage.objects.get(kind="hold_expired").status == EmailStatus.DROPPED


def test_money_that_came_too_late_is_explained(hold: Hold, alice: User, bob: User, mailoutbox: Mails) -> None:
    booking = hold(alice, "1-1", "1-2")
    payment = pay(booking, NEVER)
    lose(booking)
    hold(bob, "1-1")
    settle_payment(payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "ref"))
    send_due_emails()
    mail, _ = mailoutbox  # the second says that the hold is over
    assert mail.subject == "Your payment for A concert arrived too late and is refunded"
    assert says(mail, "100.00 USD", "on its way back")


def test_a_refund_is_told_with_its_amount(paid_booking: Hold, alice: User, carol: User, mailoutbox: Mails) -> None:
    booking = paid_booking(alice)
    refund_booking(booking_id=booking.pk, user=carol)
    send_due_emails()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["alice@example.com"], "Your booking for A concert has been refunded")
    assert says(mail, "100.00 USD is on its way back", "no longer valid")


def test_a_free_ticket_is_given_back_without_a_word_about_money(
    new_event: Callable[..., Event], paid_booking: Hold, alice: User, mailoutbox: Mails
) -> None:
    free = new_event(sections=[{"name": "A", "price": 0, "subsections": 1}])
    booking = paid_booking(alice, event=free)
    refund_booking(booking_id=booking.pk, user=alice)
    send_due_emails()
    [mail] = mailoutbox
    assert "on its way" not in mail.body


def test_everybody_hears_that_an_event_is_cancelled(
    hold: Hold, paid_booking: Hold, alice: User, bob: User, carol: User, mailoutbox: Mails, concert: Event
) -> None:
    paid_booking(alice)
    hold(bob)
    cancel_event(event_id=concert.pk, seller=carol)
    EmailMessage.objects.all().delete()  # the confirmation
    release_cancelled_event(event_id=concert.pk)
    send_due_emails()
    release_cancelled_event(event_id=concert.pk)
    to_alice, to_bob = sorted(mailoutbox, key=lambda mail: mail.to)
    assert to_alice.subject == to_bob.subject == "A concert has been cancelled"
    assert says(to_alice, "100.00 USD is on its way back")
    assert says(to_bob, "You have not paid anything")


def test_names_are_text_and_end_no_header(hold: Hold, alice: User, mailoutbox: Mails) -> None:
    Event.objects.update(name="<b>Gala</b> {0}\r\nBcc: eve@example.com", venue_name="Hall\n\nPay: evil.example")
    pay(hold(alice))
    send_due_emails()
    [mail] = mailoutbox
    assert mail.subject == "Your tickets for <b>Gala</b> {0} Bcc: eve@example.com"
    message = mail.message()
    assert message["Bcc"] is None
    assert mail.recipients() == ["alice@example.com"]
    assert "\nPay:" not in str(mail.body) and "\nBcc:" not in str(mail.body)
    assert "<b>" not in html_of(mail) and "&lt;b&gt;Gala&lt;/b&gt;" in html_of(mail)


@pytest.mark.django_db(transaction=True)
def test_ten_sweeps_at_once_send_each_letter_once(
    hold: Hold, paid_booking: Hold, alice: User, bob: User, mailoutbox: Mails
) -> None:
    paid_booking(alice)
    for _ in range(3):
        lose(hold(bob))
    assert sum(crowd(10, lambda n: send_due_emails())) == 4
    assert send_due_emails() == 0
    assert sorted(mail.to[0] for mail in mailoutbox) == ["alice@example.com", *3 * ["bob@example.com"]]
    assert set(EmailMessage.objects.values_list("status", "attempts")) == {("sent", 1)}


def test_written_twice_it_is_one_letter(paid_booking: Hold, alice: User) -> None:
    booking = paid_booking(alice)
    queue_email(EmailKind.CONFIRMATION, booking)
    queue_emails(EmailKind.CONFIRMATION, booking.event_id, [booking.pk])
    assert EmailMessage.objects.count() == 1


def test_a_sweep_whose_time_is_over_begins_no_other_letter(
    paid_booking: Hold, alice: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: Mails
) -> None:
    paid_booking(alice)
    with monkeypatch.context() as over:
        over.setattr(send, "SWEEP_SECONDS", 0)
        assert send_due_emails() == 0
    assert EmailMessage.objects.get().attempts == 0
    assert send_due_emails() == 1


def test_a_mail_needs_no_broker(
    paid_booking: Hold, alice: User, monkeypatch: pytest.MonkeyPatch, eager: None, mailoutbox: Mails
) -> None:
    def no_broker(*args: Any, **options: Any) -> None:
        raise AssertionError("something was enqueued")

    monkeypatch.setattr(Task, "apply_async", no_broker)
    paid_booking(alice)
    assert send_due_emails() == 1
    assert [mail.subject for mail in mailoutbox] == ["Your tickets for A concert"]


def test_a_mail_server_that_refuses_is_asked_again_later_each_time(
    paid_booking: Hold, alice: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: Mails
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
            waits.append(round((email.due_at - before).total_seconds()))
        assert waits == [10, 20, 40]
    assert send_due_emails() == 0
    make_due()
    assert send_due_emails() == 1
    assert len(mailoutbox) == 1
    assert EmailMessage.objects.get().status == EmailStatus.SENT


def test_a_letter_that_can_never_be_sent_is_given_up(paid_booking: Hold, alice: User) -> None:
    paid_booking(alice)
    EmailMessage.objects.update(attempts=MAX_ATTEMPTS)
    make_due()
    assert send_due_emails() == 0
    assert EmailMessage.objects.get().status == EmailStatus.FAILED


def test_a_sender_that_died_has_a_successor_once_his_time_is_over(
    paid_booking: Hold, alice: User, mailoutbox: Mails
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
