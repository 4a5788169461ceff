"""Calendar files of bookings: what they say, and that mail programs update and remove the right entry."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar
from rest_framework.test import APIClient

from accounts.models import User
from bookings.emails.send import send_due_emails
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.refund import refund_booking
from core.clock import database_now
from events.lifecycle.change import change_event
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]
Emails = list[EmailMultiAlternatives]
STARTS = datetime(2046, 5, 1, 19, 30, tzinfo=UTC)


@pytest.fixture
def dated_concert(new_event: Callable[..., Event]) -> Event:
    """An event that was created a minute ago, so that a change now has another time in seconds."""
    event = new_event(starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))
    earlier = database_now() - timedelta(minutes=1)
    Event.objects.filter(pk=event.pk).update(created_at=earlier, updated_at=earlier)
    return event


def send_all() -> None:
    EmailMessage.objects.filter(status="waiting").update(due_at=database_now())
    send_due_emails()


def file_of(content: Any) -> tuple[str, Any]:
    """Return the method and the only entry of a calendar file."""
    calendar = Calendar.from_ical(content)
    [entry] = calendar.walk("VEVENT")
    return str(calendar.get("method", "")), entry


def attached(mail: EmailMultiAlternatives) -> tuple[str, Any]:
    return file_of(mail.attachments[-1][1])


def test_the_entry_says_where_the_seats_are_as_people_say_it(
    client_of: ClientOf, dated_concert: Event, paid_booking: Hold, alice: User
) -> None:
    booking = paid_booking(alice, "2-4", "2-5", "3-9", event=dated_concert)
    response = client_of(alice).get(f"/api/booking/{booking.pk}/calendar.ics")
    method, entry = file_of(response.content)
    seats = "Section A, block 1, row 2, seats 4 and 5; row 3, seat 9"
    url = f"{settings.SITE_URL}/checkout/{booking.pk}/done"
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert (method, entry["summary"]) == ("", "A concert")
    assert entry["location"] == "The hall"  # and not the seats, so that programs find it on a map
    assert entry["description"].split("\n") == [
        seats,
        f"Booking {booking.reference}",
        f"Your tickets: {url}",
        "",
        "An evening.",
    ]
    assert (entry["url"], entry["status"]) == (url, "CONFIRMED")
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (STARTS, STARTS + timedelta(hours=3))


def test_files_have_the_same_names_in_the_email_and_as_downloads(
    client_of: ClientOf, dated_concert: Event, paid_booking: Hold, alice: User, mailoutbox: Emails
) -> None:
    booking = paid_booking(alice, event=dated_concert)
    send_all()
    names = [name for name, _, _ in mailoutbox[0].attachments]
    assert names == [f"tickets-{booking.reference}.pdf", f"calendar-{booking.reference}.ics"]
    for path, name in zip(("tickets.pdf", "calendar.ics"), names, strict=True):
        response = client_of(alice).get(f"/api/booking/{booking.pk}/{path}")
        assert response["Content-Disposition"].endswith(f'filename="{name}"')


def test_the_download_and_the_email_are_the_same_entry(
    client_of: ClientOf, dated_concert: Event, paid_booking: Hold, alice: User, mailoutbox: Emails
) -> None:
    booking = paid_booking(alice, event=dated_concert)
    send_all()
    _, mailed = attached(mailoutbox[0])
    _, downloaded = file_of(client_of(alice).get(f"/api/booking/{booking.pk}/calendar.ics").content)
    for name in ("uid", "sequence", "location", "description", "dtstart"):
        assert mailed[name] == downloaded[name], name


def test_each_booking_has_an_entry_of_its_own(
    dated_concert: Event, paid_booking: Hold, alice: User, mailoutbox: Emails
) -> None:
    for seat in ("1-1", "1-3"):
        paid_booking(alice, seat, event=dated_concert)
    send_all()
    entries = [attached(mail)[1] for mail in mailoutbox]
    assert len({entry["uid"] for entry in entries}) == 2
    assert len({entry["description"].split("\n")[0] for entry in entries}) == 2


def test_an_event_that_moves_updates_the_entry_and_a_refund_takes_only_it_out(
    dated_concert: Event, paid_booking: Hold, alice: User, carol: User, mailoutbox: Emails
) -> None:
    """RFC 5546, 3.2.1 and 3.2.5: the same UID and organizer, a higher SEQUENCE."""
    booking = paid_booking(alice, event=dated_concert)
    send_all()
    change_event(event_id=dated_concert.pk, seller=carol, starts_at=STARTS + timedelta(hours=1))
    send_all()
    kept = paid_booking(alice, "1-3", event=dated_concert)
    send_all()
    refund_booking(booking_id=booking.pk, user=carol)
    send_all()
    first, moved, other, refunded = mailoutbox
    assert refunded.subject == "Your booking for A concert has been refunded"
    (bought, entry), (again, later), (_, others), (gone, last) = map(attached, (first, moved, other, refunded))
    assert (bought, again, gone) == ("PUBLISH", "PUBLISH", "CANCEL")
    assert entry["uid"] == later["uid"] == last["uid"] != others["uid"]
    assert entry["sequence"] < later["sequence"] < last["sequence"]
    assert last["organizer"] == entry["organizer"]
    assert (last["status"], others["status"]) == ("CANCELLED", "CONFIRMED")
    assert later.decoded("dtstart") == STARTS + timedelta(hours=1)
    assert str(kept.pk) in others["uid"]
    [part] = [part for part in refunded.message().walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "CANCEL"


def test_the_download_of_a_refunded_booking_is_cancelled(
    client_of: ClientOf, dated_concert: Event, paid_booking: Hold, alice: User
) -> None:
    booking = paid_booking(alice, event=dated_concert)
    path = f"/api/booking/{booking.pk}/calendar.ics"
    _, before = file_of(client_of(alice).get(path).content)
    refund_booking(booking_id=booking.pk, user=alice)
    _, after = file_of(client_of(alice).get(path).content)
    assert (after["uid"], after["status"]) == (before["uid"], "CANCELLED")
    assert after["sequence"] > before["sequence"]


def test_a_refund_for_an_event_without_a_date_has_no_calendar_file(
    concert: Event, paid_booking: Hold, alice: User, carol: User, mailoutbox: Emails
) -> None:
    refund_booking(booking_id=paid_booking(alice).pk, user=carol)
    send_all()
    assert [mail.attachments for mail in mailoutbox] == [[]]


def test_a_section_name_cannot_add_lines(
    client_of: ClientOf, new_event: Callable[..., Event], paid_booking: Hold, alice: User
) -> None:
    name = "A; B, C\\n"
    event = new_event([{"name": name, "price": 100, "subsections": 1}], starts_at=STARTS)
    booking = paid_booking(alice, event=event, section=event.subsections.get().section)
    content = client_of(alice).get(f"/api/booking/{booking.pk}/calendar.ics").content
    _, entry = file_of(content)
    assert entry["description"].split("\n")[0] == "Section A; B, C\\n, block 1, row 1, seats 1 and 2"
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


@pytest.mark.parametrize(("paid", "starts_at", "status", "code"), [
    (False, STARTS, 409, "invalid_state"),
    (True, None, 404, "no_date"),
])  # fmt: skip
def test_a_booking_without_an_entry_says_why(
    client_of: ClientOf, new_event: Callable[..., Event], hold: Hold, paid_booking: Hold, alice: User,
    paid: bool, starts_at: datetime | None, status: int, code: str,
) -> None:  # fmt: skip
    booking = (paid_booking if paid else hold)(alice, event=new_event(starts_at=starts_at))
    response = client_of(alice).get(f"/api/booking/{booking.pk}/calendar.ics")
    assert (response.status_code, response.json()["code"]) == (status, code)
