"""What an event's seller can do with one booking: release a hold, and send the tickets again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.models import User
from bookings.emails.send import MAX_ATTEMPTS, send_due_emails
from bookings.errors import PaymentInProgress
from bookings.holds import cancel
from bookings.holds.cancel import release_hold
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments.gateways import gateway
from bookings.payments.pay import begin_payment
from bookings.payments.refund import refund_booking
from bookings.testing.crowd import crowd
from bookings.tickets.resend import resend_tickets
from bookings.tickets.tests.pdf_text import pages_of
from core.clock import database_now
from core.errors import (
    DomainError,
    InvalidState,
    NotFound,
    PermissionRefused,
)
from events.models import SeatChange, Ticket

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
Mails = list[EmailMultiAlternatives]


def let_a_minute_pass() -> None:
    EmailMessage.objects.update(written_at=database_now() - timedelta(seconds=61))


# --- Releasing a hold --------------------------------------------------------------------------------


def test_a_seller_releases_a_hold_and_the_buyer_gets_an_email(
    hold: Hold, alice: User, bob: User, carol: User, mailoutbox: Mails
) -> None:
    booking = hold(alice, "1-1")
    release_hold(booking_id=booking.pk, seller=carol)
    booking.refresh_from_db()
    assert (booking.status, booking.failure) == (
        "cancelled",
        "The organiser has released the reservation. Nothing was charged.",
    )
    assert SeatChange.objects.latest("version").kind == "cancelled"
    send_due_emails()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["alice@example.com"], "Your seats for A concert are no longer reserved")
    assert "Nothing was charged" in mail.body and f"/events/{booking.event_id}" in mail.body
    assert hold(bob, "1-1")


def test_a_processing_booking_can_be_released(hold: Hold, alice: User, carol: User) -> None:
    booking = hold(alice)
    Ticket.objects.filter(booking_id=booking.pk).update(status="available", booking_id=None)
    Booking.objects.filter(pk=booking.pk).update(status="processing", positions=[])
    assert release_hold(booking_id=booking.pk, seller=carol).status == "cancelled"
    assert send_due_emails() == 1


def test_a_released_hold_does_not_count_as_wasted_by_the_buyer(
    hold: Hold, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    wasted: list[object] = []
    monkeypatch.setattr(cancel, "record_wasted_holds", wasted.extend)
    with django_capture_on_commit_callbacks(execute=True):
        release_hold(booking_id=hold(alice).pk, seller=carol)
    assert not wasted
    with django_capture_on_commit_callbacks(execute=True):
        cancel.cancel_booking(booking_id=hold(alice).pk, buyer=alice)
    assert len(wasted) == 1


def test_a_hold_with_an_open_charge_cannot_be_released(hold: Hold, alice: User, carol: User) -> None:
    booking = hold(alice)
    begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())
    with pytest.raises(PaymentInProgress):
        release_hold(booking_id=booking.pk, seller=carol)
    booking.refresh_from_db()
    assert booking.status == "pending_payment"
    assert not EmailMessage.objects.exists()


def test_only_the_seller_can_release_a_hold(hold: Hold, alice: User, bob: User, dave: User) -> None:
    booking = hold(alice)
    for person, error in ((alice, PermissionRefused), (bob, NotFound), (dave, NotFound)):
        with pytest.raises(error):
            release_hold(booking_id=booking.pk, seller=person)
    booking.refresh_from_db()
    assert booking.status == "pending_payment"


def test_paid_bookings_and_ended_holds_cannot_be_released(
    hold: Hold, paid_booking: Hold, alice: User, carol: User
) -> None:
    paid, over = paid_booking(alice), hold(alice)
    Booking.objects.filter(pk=over.pk).update(expires_at=database_now())
    for booking in (paid, over):
        with pytest.raises(InvalidState):
            release_hold(booking_id=booking.pk, seller=carol)
    assert expire_holds() == 1
    assert not EmailMessage.objects.filter(kind="hold_released").exists()


# --- Sending the tickets again -----------------------------------------------------------------------


def test_tickets_are_sent_again(paid_booking: Hold, alice: User, carol: User, mailoutbox: Mails) -> None:
    booking = paid_booking(alice)
    send_due_emails()
    let_a_minute_pass()
    resend_tickets(booking_id=booking.pk, seller=carol)
    send_due_emails()
    _, second = mailoutbox
    assert (second.to, second.subject) == (["alice@example.com"], "Your tickets for A concert, sent again")
    [(name, content, kind)] = second.attachments
    assert (name, kind) == (f"tickets-{booking.reference}.pdf", "application/pdf")
    assert isinstance(content, bytes)
    assert len(pages_of(content)) == 2
    assert set(EmailMessage.objects.values_list("kind", "status")) == {
        ("confirmation", "sent"),
        ("tickets_again", "sent"),
    }


def test_tickets_are_sent_at_most_once_a_minute(paid_booking: Hold, alice: User, carol: User) -> None:
    booking = paid_booking(alice)
    send_due_emails()
    with pytest.raises(InvalidState, match="less than a minute ago"):
        resend_tickets(booking_id=booking.pk, seller=carol)
    let_a_minute_pass()
    resend_tickets(booking_id=booking.pk, seller=carol)
    with pytest.raises(InvalidState, match="less than a minute ago"):
        resend_tickets(booking_id=booking.pk, seller=carol)
    let_a_minute_pass()
    with pytest.raises(InvalidState, match="still waiting to be sent"):
        resend_tickets(booking_id=booking.pk, seller=carol)
    assert EmailMessage.objects.count() == 2


def test_tickets_can_be_sent_again_after_their_email_has_failed(
    paid_booking: Hold, alice: User, carol: User, mailoutbox: Mails
) -> None:
    booking = paid_booking(alice)
    EmailMessage.objects.update(attempts=MAX_ATTEMPTS, status="failed")
    let_a_minute_pass()
    resend_tickets(booking_id=booking.pk, seller=carol)
    send_due_emails()
    assert len(mailoutbox) == 1


def test_only_the_seller_sends_tickets_and_only_of_a_paid_booking(
    hold: Hold, paid_booking: Hold, alice: User, carol: User, dave: User
) -> None:
    held, refunded, paid = hold(alice), paid_booking(alice), paid_booking(alice)
    refund_booking(booking_id=refunded.pk, user=carol)
    let_a_minute_pass()
    attempts: list[tuple[Booking, User, type[DomainError]]] = [
        (held, carol, InvalidState),
        (refunded, carol, InvalidState),
        (paid, dave, NotFound),
        (paid, alice, PermissionRefused),
    ]
    for booking, person, error in attempts:
        with pytest.raises(error):
            resend_tickets(booking_id=booking.pk, seller=person)
    assert not EmailMessage.objects.filter(kind="tickets_again").exists()


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_send_one_email(paid_booking: Hold, alice: User, carol: User) -> None:
    booking = paid_booking(alice)
    send_due_emails()
    let_a_minute_pass()

    def click(n: int) -> int:
        try:
            resend_tickets(booking_id=booking.pk, seller=carol)
        except InvalidState:
            return 0
        return 1

    assert sum(crowd(6, click)) == 1
    assert EmailMessage.objects.filter(kind="tickets_again").count() == 1


@pytest.mark.django_db(transaction=True)
def test_only_one_of_a_parallel_payment_and_release_succeeds(hold: Hold, alice: User, carol: User) -> None:
    for _ in range(5):
        booking = hold(alice, "1-1")

        def act(n: int, booking: Booking = booking) -> bool:
            try:
                if n:
                    release_hold(booking_id=booking.pk, seller=carol)
                else:
                    begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())
            except DomainError:
                return False
            return True

        assert sum(crowd(2, act)) == 1
        booking.refresh_from_db()
        assert booking.payments.exists() == (booking.status == "pending_payment")
        booking.payments.all().delete()
        if booking.status == "pending_payment":
            release_hold(booking_id=booking.pk, seller=carol)
    assert not any(check_invariants().values())
