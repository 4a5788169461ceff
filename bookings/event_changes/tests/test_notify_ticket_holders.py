"""Emails to ticket holders when their event changes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.emails.send import send_due_emails
from bookings.event_changes.cancel_event import cancel_event
from bookings.event_changes.notify_ticket_holders import change_notice
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.refund import refund_booking
from core.clock import database_now
from core.errors import BadInput
from core.text.times import time_text
from events.admin.tests.test_admin import changed
from events.lifecycle.change import change_event
from events.models import Event

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
Mails = list[EmailMultiAlternatives]
START = datetime(2027, 1, 2, 19, 30, tzinfo=UTC)


@pytest.fixture
def dated_concert(new_event: Callable[..., Event]) -> Event:
    """A concert with a date."""
    return new_event(starts_at=START)


@pytest.fixture
def change(dated_concert: Event, carol: User) -> Callable[..., Event]:
    """Change the event as carol, its seller."""
    return lambda **fields: change_event(event_id=dated_concert.pk, seller=carol, **fields)


def changes() -> list[dict[str, Any]]:
    """Return the old values that the emails about changes store."""
    return list(EmailMessage.objects.filter(kind="event_changed").values_list("before", flat=True))


def send_all() -> None:
    """Make all waiting emails due, and send them."""
    EmailMessage.objects.filter(status="waiting").update(due_at=database_now())
    send_due_emails()


def test_the_email_says_until_when_tickets_can_be_returned(
    dated_concert: Event,
    change: Callable[..., Event],
    paid_booking: Hold,
    hold: Hold,
    alice: User,
    bob: User,
    mailoutbox: Mails,
) -> None:
    paid_booking(alice, event=dated_concert)
    hold(bob, event=dated_concert)
    send_all()
    mailoutbox.clear()
    event = change(starts_at=database_now() + timedelta(hours=30))  # refunds end 24 hours before the start otherwise
    send_all()
    texts = {mail.to[0]: [str(mail.body), str(mail.alternatives[0][0])] for mail in mailoutbox}
    assert event.starts_at is not None
    for text in texts[alice.email]:
        assert f"you can return your tickets until {time_text(event.starts_at)}" in text
    assert not any("return your tickets" in text for text in texts[bob.email])  # nothing to return yet


def test_ticket_holders_get_an_email_with_old_and_new_values_and_a_calendar_file(
    dated_concert: Event, change: Callable[..., Event], paid_booking: Hold, alice: User, mailoutbox: Mails
) -> None:
    booking = paid_booking(alice, event=dated_concert)
    send_all()
    change(name="A gala", venue_name="The park", starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=2))
    send_all()
    _, mail = mailoutbox
    assert (mail.to, mail.subject) == (["alice@example.com"], "A gala has changed")
    for says in (mail.body, mail.alternatives[0][0]):
        for words in (
            *("A concert", "A gala", "The hall", "The park"),
            *("Sat 2 Jan 2027, 19:30 UTC", "Sun 3 Jan 2027, 19:30 UTC"),
            *("to be announced", "Mon 4 Jan 2027, 19:30 UTC"),
        ):
            assert words in str(says), words
    [(name, content, kind)] = mail.attachments
    assert (name, kind) == (f"calendar-{booking.reference}.ics", "text/calendar; method=PUBLISH")
    assert "DTSTART:20270103T193000Z" in str(content)


def test_only_paid_and_held_bookings_get_an_email(
    dated_concert: Event, change: Callable[..., Event], hold: Hold, paid_booking: Hold, new_user: Any, carol: User
) -> None:
    paid, held, late, refunded, other = (new_user(name) for name in ("paid", "held", "late", "refunded", "other"))
    paid_booking(paid, event=dated_concert)
    hold(held, event=dated_concert)
    Booking.objects.filter(pk=hold(late, event=dated_concert).pk).update(expires_at=database_now())
    refund_booking(booking_id=paid_booking(refunded, event=dated_concert).pk, user=carol)
    paid_booking(other)
    change(venue_name="The park")
    recipients = EmailMessage.objects.filter(kind="event_changed").values_list("booking__buyer__name", flat=True)
    assert set(recipients) == {"Paid", "Held"}
    assert changes() == [{"venue_name": "The hall"}] * 2


def test_unimportant_changes_send_no_email(
    dated_concert: Event, change: Callable[..., Event], paid_booking: Hold, alice: User
) -> None:
    paid_booking(alice, event=dated_concert)
    change(description="Another text.", prices={"A": 1}, hold_seconds=60, name=dated_concert.name, starts_at=START)
    assert changes() == []


def test_several_changes_in_a_minute_send_one_email(
    dated_concert: Event,
    change: Callable[..., Event],
    paid_booking: Hold,
    hold: Hold,
    alice: User,
    bob: User,
    mailoutbox: Mails,
) -> None:
    paid_booking(alice, event=dated_concert)
    change(name="First thought")
    hold(bob, event=dated_concert)  # bob sees the new name from the start
    change(name="Second thought", venue_name="The park")
    assert sorted(changes(), key=str) == [
        {"name": "A concert", "venue_name": "The hall"},
        {"name": "First thought", "venue_name": "The hall"},
    ]
    send_all()
    to_alice = next(mail for mail in mailoutbox if "has changed" in mail.subject and mail.to == ["alice@example.com"])
    assert "A concert" in to_alice.body and "First" not in to_alice.body and "Second thought" in to_alice.body


def test_a_change_after_the_email_sends_another(
    dated_concert: Event, change: Callable[..., Event], paid_booking: Hold, alice: User, mailoutbox: Mails
) -> None:
    paid_booking(alice, event=dated_concert)
    change(venue_name="The park")
    send_all()
    change(venue_name="The square")
    send_all()
    assert [mail.subject for mail in mailoutbox] == ["Your tickets for A concert"] + 2 * ["A concert has changed"]
    assert "The park" in mailoutbox[2].body and "The hall" not in mailoutbox[2].body


def test_an_email_that_is_being_sent_is_not_extended(
    dated_concert: Event, change: Callable[..., Event], paid_booking: Hold, alice: User
) -> None:
    paid_booking(alice, event=dated_concert)
    change(venue_name="The park")
    EmailMessage.objects.filter(kind="event_changed").update(status="sending", attempts=1)
    change(venue_name="The square")
    EmailMessage.objects.filter(status="sending").update(status="waiting")  # the mail server refused
    assert sorted(changes(), key=str) == [{"venue_name": "The hall"}, {"venue_name": "The park"}]


def test_no_email_is_sent_if_the_change_was_reverted_or_the_event_cancelled(
    dated_concert: Event,
    change: Callable[..., Event],
    paid_booking: Hold,
    hold: Hold,
    alice: User,
    bob: User,
    carol: User,
) -> None:
    paid_booking(alice, event=dated_concert)
    held = hold(bob, event=dated_concert)
    change(venue_name="The park")
    change(venue_name="The hall")
    send_all()
    change(venue_name="The park")
    Booking.objects.filter(pk=held.pk).update(status="expired")
    cancel_event(event_id=dated_concert.pk, seller=carol)
    Booking.objects.filter(buyer=alice).update(status="refunded")
    send_all()
    assert set(EmailMessage.objects.filter(kind="event_changed").values_list("status")) == {("dropped",)}


def test_the_admin_shows_no_notice_for_a_cancelled_event(
    concert: Event, carol: User, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    paid_booking(alice)
    assert "1 booking" in change_notice(concert)
    cancel_event(event_id=concert.pk, seller=carol)
    concert.refresh_from_db()
    assert change_notice(concert) == ""


def test_a_refused_change_sends_no_email(
    dated_concert: Event, change: Callable[..., Event], paid_booking: Hold, alice: User
) -> None:
    paid_booking(alice, event=dated_concert)
    with pytest.raises(BadInput):
        change(venue_name="The park", ends_at=START)
    assert changes() == []


def test_changes_by_api_and_admin_send_emails_and_the_admin_shows_how_many(
    dated_concert: Event,
    paid_booking: Hold,
    alice: User,
    bob: User,
    carol: User,
    client: Client,
    client_of: Callable[[User], APIClient],
) -> None:
    client.force_login(carol)
    page = f"/admin/events/event/{dated_concert.pk}/change/"
    assert "an email" not in client.get(page).content.decode()
    paid_booking(alice, event=dated_concert)
    paid_booking(bob, event=dated_concert)
    assert "Everyone who has seats (2 bookings) gets an email" in client.get(page).content.decode()
    assert client_of(carol).patch(f"/api/event/{dated_concert.pk}", {"venue_name": "The park"}).status_code == 200
    assert changes() == [{"venue_name": "The hall"}] * 2
    assert "The buyers of 2 bookings get an email about what has changed" in client.get(page).content.decode()
    EmailMessage.objects.all().delete()
    posted = changed(dated_concert, venue_name="The square", starts_at_0="2027-01-02", starts_at_1="19:30:00")
    assert client.post(page, posted).status_code == 302
    assert changes() == [{"venue_name": "The park"}] * 2


def test_the_number_of_queries_does_not_grow_with_the_bookings(
    dated_concert: Event, change: Callable[..., Event], paid_booking: Hold, alice: User, round_trips: list[None]
) -> None:
    def cost(**fields: Any) -> int:
        before = len(round_trips)
        change(**fields)
        return len(round_trips) - before

    paid_booking(alice, event=dated_concert)
    of_one = cost(name="One")
    EmailMessage.objects.all().delete()
    for _ in range(8):
        paid_booking(alice, event=dated_concert)
    assert cost(name="Nine") == of_one
    assert len(changes()) == 9
