"""Emails to buyers: which are sent, and what they contain."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from accounts.models import User
from bookings.emails.send import send_due_emails
from bookings.emails.tests.stage import expire
from bookings.errors import PaymentDeclined
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.holds.cancel import cancel_booking
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.gateways import Charge, Outcome
from bookings.payments.models import Payment
from bookings.payments.pay import pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.refund import refund_booking
from bookings.payments.settle import cancel_payment, settle_payment
from bookings.states import EmailStatus
from bookings.tickets.tests.pdf_text import pages_of
from core.clock import database_now
from core.mail import sender
from events.lifecycle.change import change_event
from events.models import Event

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
Emails = list[EmailMultiAlternatives]
GOOD, DECLINED, LATE, LOST = "4242424242424242", "4000000000000002", "4000000000000077", "4000000000000119"
DECLINED_CHARGE = Charge(Outcome.DECLINED, "ref", "card_declined", "No.")


def pay(booking: Booking, card: str = GOOD) -> Payment:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=card)


def html_of(mail: EmailMultiAlternatives) -> str:
    [alternative] = mail.alternatives
    assert alternative[1] == "text/html"
    return str(alternative[0])


def calendar_of(mail: EmailMultiAlternatives) -> str:
    """Return the calendar file that is attached last."""
    name, content, _ = mail.attachments[-1]
    assert str(name).startswith("calendar-")
    return str(content)


def contains(mail: EmailMultiAlternatives, *texts: str) -> bool:
    """Return whether both the text and the HTML contain these texts; no-break spaces count as spaces."""
    html = html_of(mail).replace("\u00a0", " ").replace("&nbsp;", " ")
    return all(text in str(mail.body) and text in html for text in texts)


def test_a_buyer_who_has_paid_gets_their_tickets(hold: Hold, alice: User, mailoutbox: Emails) -> None:
    Event.objects.update(starts_at=datetime(2027, 1, 2, 19, 30, tzinfo=UTC))
    booking = hold(alice, "1-4", "1-5")
    pay(booking)
    send_due_emails()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["alice@example.com"], "Your tickets for A concert")
    assert contains(mail, "$100.00", "A concert", "The hall", "Sat 2 Jan 2027, 19:30 UTC")
    assert contains(mail, "block 1", "Row 1, seats 4 and 5")
    assert contains(mail, booking.reference, f"{settings.SITE_URL}/checkout/{booking.pk}/done")
    tickets, calendar = mail.attachments
    assert (tickets[0], tickets[2]) == (f"tickets-{booking.reference}.pdf", "application/pdf")
    assert isinstance(tickets[1], bytes)
    assert len(pages_of(tickets[1])) == 2
    assert (calendar[0], calendar[2]) == (f"calendar-{booking.reference}.ics", "text/calendar; method=PUBLISH")
    assert "DTSTART:20270102T193000Z" in calendar_of(mail)
    email = EmailMessage.objects.get()
    assert (email.kind, email.status, email.attempts) == ("confirmation", "sent", 1)


def test_an_email_names_the_shop_and_the_organiser_and_is_answered_to_them(
    paid_booking: Hold, alice: User, carol: User, mailoutbox: Emails, settings: Any
) -> None:
    settings.SITE_NAME, settings.DEFAULT_FROM_EMAIL = "Kartenhaus & Co", "tickets@example.com"
    User.objects.filter(pk=carol.pk).update(name="Carol’s\r\nBcc: <concerts>", is_verified=True)
    paid_booking(alice)
    send_due_emails()
    [mail] = mailoutbox
    assert mail.from_email == "Kartenhaus & Co <tickets@example.com>"
    assert mail.reply_to == ["carol@example.com"]
    assert "Kartenhaus & Co, http" in mail.body and "Kartenhaus &amp; Co</div>" in html_of(mail)
    assert "Organiser: Carol’s Bcc: <concerts>\n" in mail.body
    assert "<bdi>Carol’s Bcc: &lt;concerts&gt;</bdi>" in html_of(mail)
    assert "Answer this email" in mail.body and "Answer this email" in html_of(mail)


def test_an_email_is_not_answered_to_an_address_that_nobody_has_confirmed(
    paid_booking: Hold, alice: User, carol: User, mailoutbox: Emails
) -> None:
    User.objects.filter(pk=carol.pk).update(is_verified=False)
    paid_booking(alice)
    send_due_emails()
    [mail] = mailoutbox
    assert not mail.reply_to
    assert carol.email not in mail.body + html_of(mail) and "Answer this email" not in mail.body
    assert contains(mail, "Carol")


def test_an_email_is_answered_to_the_address_that_the_organiser_shows(
    paid_booking: Hold, alice: User, carol: User, mailoutbox: Emails
) -> None:
    User.objects.filter(pk=carol.pk).update(organizer_name="Town Hall", contact_email="box-office@example.com")
    paid_booking(alice)
    send_due_emails()
    [mail] = mailoutbox
    assert mail.reply_to == ["box-office@example.com"]
    assert contains(mail, "Town Hall") and "Carol" not in mail.body


@pytest.mark.parametrize("name", ["Kartenhaus <tickets@example.com>", "tickets@example.com"])
def test_a_sender_with_a_name_keeps_it(paid_booking: Hold, alice: User, settings: Any, name: str) -> None:
    settings.SITE_NAME, settings.DEFAULT_FROM_EMAIL = "Shop", name
    assert sender() == (name if "<" in name else "Shop <tickets@example.com>")


def test_the_email_about_free_tickets_does_not_mention_money(
    new_event: Callable[..., Event], paid_booking: Hold, alice: User, mailoutbox: Emails
) -> None:
    paid_booking(alice, event=new_event(sections=[{"name": "A", "price": 0, "subsections": 1}]))
    send_due_emails()
    [mail] = mailoutbox
    assert "0.00" not in mail.body + html_of(mail) and "payment" not in mail.body + html_of(mail)


def test_an_email_has_one_link_to_press_which_its_text_has_too(
    paid_booking: Hold, alice: User, mailoutbox: Emails
) -> None:
    paid_booking(alice)
    send_due_emails()
    [mail] = mailoutbox
    links = re.findall(r'<a class="button" href="([^"]+)"', html_of(mail))
    assert len(links) == 1
    assert re.findall(r"https?://\S+", str(mail.body)) == [links[0], settings.SITE_URL]


def test_a_card_declined_on_screen_causes_no_email(hold: Hold, alice: User, mailoutbox: Emails) -> None:
    with pytest.raises(PaymentDeclined):
        pay(hold(alice), DECLINED)
    send_due_emails()
    assert not mailoutbox
    assert not EmailMessage.objects.exists()


@pytest.mark.parametrize("card", [LATE, LOST])
def test_a_payment_that_is_declined_later_causes_one_email(
    hold: Hold, alice: User, mailoutbox: Emails, card: str
) -> None:
    booking = hold(alice)
    payment = pay(booking, card)
    assert not EmailMessage.objects.exists()
    for _ in range(2):
        settle_payment(payment_id=payment.pk, charge=DECLINED_CHARGE)
    send_due_emails()
    [mail] = mailoutbox
    assert mail.subject == "Your payment for A concert did not go through"
    assert contains(mail, "Nothing was charged", "Your seats are reserved until", f"/checkout/{booking.pk}")
    assert not mail.attachments


def test_a_charge_that_never_reached_the_gateway_causes_an_email(hold: Hold, alice: User, mailoutbox: Emails) -> None:
    booking = hold(alice)
    payment = pay(booking, LOST)
    expire(booking)
    cancel_payment(payment_id=payment.pk)
    send_due_emails()
    mail, _ = mailoutbox  # the second is about the end of the hold
    assert contains(mail, "Nothing was charged", "Your seats are no longer reserved", f"/events/{booking.event_id}")


def test_a_payment_that_succeeds_late_is_confirmed(hold: Hold, alice: User, mailoutbox: Emails) -> None:
    pay(hold(alice), LOST)
    Payment.objects.update(created_at=database_now() - timedelta(minutes=1))
    reconcile_payments()
    send_due_emails()
    assert [mail.subject for mail in mailoutbox] == ["Your tickets for A concert"]


def test_an_expired_hold_causes_an_email(hold: Hold, alice: User, mailoutbox: Emails) -> None:
    booking = hold(alice)
    expire(booking)
    assert send_due_emails() == 1
    [mail] = mailoutbox
    assert mail.subject == "Your seats for A concert are no longer reserved"
    assert contains(mail, "Nothing was charged", f"/events/{booking.event_id}")


def test_a_hold_cancelled_by_its_buyer_causes_no_email(hold: Hold, alice: User) -> None:
    cancel_booking(booking_id=hold(alice).pk, buyer=alice)
    assert not EmailMessage.objects.exists()


def test_the_email_about_an_expired_hold_is_dropped_if_it_was_paid(hold: Hold, alice: User, mailoutbox: Emails) -> None:
    booking = hold(alice)
    payment = pay(booking, LOST)
    expire(booking)
    settle_payment(payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "ref", amount=10_000, currency="USD"))
    send_due_emails()
    assert [mail.subject for mail in mailoutbox] == ["Your tickets for A concert"]
    assert EmailMessage.objects.get(kind="hold_expired").status == EmailStatus.DROPPED


def test_a_payment_after_its_seats_were_taken_is_explained(
    hold: Hold, alice: User, bob: User, mailoutbox: Emails
) -> None:
    booking = hold(alice, "1-1", "1-2")
    payment = pay(booking, LOST)
    expire(booking)
    hold(bob, "1-1")
    settle_payment(payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "ref", amount=10_000, currency="USD"))
    send_due_emails()
    mail, _ = mailoutbox  # the second is about the end of the hold
    assert mail.subject == "Your payment for A concert arrived too late and is refunded"
    assert contains(mail, "$100.00", "on its way back")


def test_the_email_about_a_refund_has_its_amount(
    paid_booking: Hold, alice: User, carol: User, mailoutbox: Emails
) -> None:
    booking = paid_booking(alice)
    refund_booking(booking_id=booking.pk, user=carol)
    send_due_emails()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["alice@example.com"], "Your booking for A concert has been refunded")
    assert contains(mail, "$100.00 is on its way back", "no longer valid")


def test_the_email_about_a_refunded_free_ticket_does_not_mention_money(
    new_event: Callable[..., Event], paid_booking: Hold, alice: User, mailoutbox: Emails
) -> None:
    free = new_event(sections=[{"name": "A", "price": 0, "subsections": 1}])
    booking = paid_booking(alice, event=free)
    refund_booking(booking_id=booking.pk, user=alice)
    send_due_emails()
    [mail] = mailoutbox
    assert "on its way" not in mail.body


def test_buyers_with_holds_or_tickets_get_an_email_if_the_event_is_cancelled(
    hold: Hold, paid_booking: Hold, alice: User, bob: User, carol: User, mailoutbox: Emails, concert: Event
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
    assert contains(to_alice, "$100.00 is on its way back")
    assert contains(to_bob, "You have not paid anything")


@pytest.mark.parametrize("name", ['The "Odeon", & sons', "Музика; Ωδείο: \\ \r\nX-EVIL:1", "x" * 150])
def test_a_cancelled_event_is_taken_out_of_the_calendars_that_have_it(
    new_event: Callable[..., Event],
    hold: Hold,
    paid_booking: Hold,
    alice: User,
    bob: User,
    carol: User,
    mailoutbox: Emails,
    name: str,
) -> None:
    """RFC 5546, 3.2.5 and 4.1.3: the same UID and organizer as in the entry, a higher SEQUENCE, no attendees."""
    User.objects.filter(pk=carol.pk).update(name=name)
    event = new_event(starts_at=database_now() + timedelta(days=30))
    paid_booking(alice, event=event)
    hold(bob, event=event)
    send_due_emails()
    cancel_event(event_id=event.pk, seller=carol)
    release_cancelled_event(event_id=event.pk)
    send_due_emails()
    tickets, *cancelled = mailoutbox
    to_alice, to_bob = sorted(cancelled, key=lambda mail: mail.to)
    assert not to_bob.attachments
    before, after = (Calendar.from_ical(calendar_of(mail)) for mail in (tickets, to_alice))
    assert (before["METHOD"], after["METHOD"]) == ("PUBLISH", "CANCEL")
    [added], [removed] = before.events, after.events
    assert removed["STATUS"] == "CANCELLED"
    assert removed["UID"] == added["UID"] and removed["ORGANIZER"] == added["ORGANIZER"]
    assert removed["ORGANIZER"] == "mailto:tickets@example.com"
    assert removed["ORGANIZER"].params["CN"].replace("'", '"') == " ".join(name.split())
    sequences: list[Any] = [added["SEQUENCE"], removed["SEQUENCE"]]
    assert sequences[0] < sequences[1]
    assert "DTSTAMP" in removed and "ATTENDEE" not in removed
    [part] = [part for part in to_alice.message().walk() if part.get_content_type() == "text/calendar"]
    assert (part.get_param("method"), part.get_content_charset()) == ("CANCEL", "utf-8")


def test_an_event_that_loses_its_date_is_taken_out_and_one_with_a_new_date_put_in_again(
    new_event: Callable[..., Event], hold: Hold, paid_booking: Hold, alice: User, bob: User, mailoutbox: Emails
) -> None:
    event = new_event(starts_at=database_now() + timedelta(days=30))
    paid_booking(alice, event=event)
    hold(bob, event=event)
    for starts_at in (None, database_now() + timedelta(days=60)):
        change_event(event_id=event.pk, seller=event.seller, starts_at=starts_at)
        EmailMessage.objects.filter(status="waiting").update(due_at=database_now())
        send_due_emails()
    changes = [mail for mail in mailoutbox if "changed" in mail.subject]
    files = [mail for mail in changes if mail.attachments]
    assert {mail.to[0] for mail in changes} == {"alice@example.com", "bob@example.com"}
    assert [mail.to for mail in files] == [["alice@example.com"]] * 2
    out, again = (Calendar.from_ical(calendar_of(mail)) for mail in files)
    assert (out["METHOD"], again["METHOD"]) == ("CANCEL", "PUBLISH")
    assert out.events[0]["UID"] == again.events[0]["UID"]


def test_names_are_escaped_and_cannot_inject_headers(hold: Hold, alice: User, mailoutbox: Emails) -> None:
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
