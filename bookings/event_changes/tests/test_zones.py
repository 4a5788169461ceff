"""What people who have seats read if the zone of their event changes, or its rules."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar

from accounts.models import User
from bookings.emails.compose import compose
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from events.lifecycle.change import change_event
from events.lifecycle.recheck import move_times
from events.models import Event

NEXT_YEAR = datetime.now(UTC).year + 1
BY_NEW_RULES = datetime(NEXT_YEAR, 1, 20, 2, 30, tzinfo=UTC)  # 19:30 in Vancouver, which stays on summer time


def the_mail() -> tuple[str, str, bytes]:
    """Return text, HTML and calendar file of the only email about a changed event."""
    mail = compose(EmailMessage.objects.get(kind="event_changed"))
    assert mail is not None
    attachments: list[Any] = mail.attachments
    (calendar,) = [part.content for part in attachments if part.mimetype.startswith("text/calendar")]
    ((html, _),) = mail.alternatives
    return str(mail.body), str(html), calendar


@pytest.mark.parametrize("also_renamed", [False, True])
def test_new_rules_leave_the_wall_clock_and_say_so(
    new_event: Callable[..., Event], paid_booking: Callable[..., Booking], alice: User, carol: User, also_renamed: bool
) -> None:
    event = new_event(starts_at=BY_NEW_RULES, time_zone="America/Vancouver")
    Event.objects.filter(pk=event.pk).update(starts_at=BY_NEW_RULES.replace(hour=3))  # by the rules from before
    paid_booking(alice, "1-1", event=event)
    move_times(event_id=event.pk)
    if also_renamed:
        change_event(event_id=event.pk, seller=carol, name="Renamed")
    text, html, calendar = the_mail()
    for body in (text, html):
        assert "The rules of the time zone at the venue have changed." in body
        assert f"19 Jan {NEXT_YEAR}, 19:30 UTC-7" in body
        assert "20:30" not in body
        assert ("The organiser has changed this event." in body) == also_renamed
    assert Calendar.from_ical(calendar).walk("VEVENT")[0].decoded("dtstart") == BY_NEW_RULES


def test_another_zone_is_another_time_on_the_clock(
    new_event: Callable[..., Event], paid_booking: Callable[..., Booking], alice: User, carol: User
) -> None:
    event = new_event(starts_at=datetime(NEXT_YEAR, 5, 1, 17, 30, tzinfo=UTC))
    paid_booking(alice, "1-1", event=event)
    change_event(event_id=event.pk, seller=carol, time_zone="Europe/Berlin")
    text, _, _ = the_mail()
    assert f"1 May {NEXT_YEAR}, 19:30 UTC+2" in text
    assert f"1 May {NEXT_YEAR}, 17:30 UTC\n" in text
