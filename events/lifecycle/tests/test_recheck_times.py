"""Changed rules of time zones: what the clock at the venue shows stays, and the instant moves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from core.clock import database_now
from events.lifecycle.change import change_event
from events.lifecycle.recheck import move_times, moved_times
from events.models import Event

NEXT_YEAR = datetime.now(UTC).year + 1
# British Columbia stopped changing its clocks in 2026: by the rules from before, half past seven in January is an
# hour later.
BY_OLD_RULES = datetime(NEXT_YEAR, 1, 20, 3, 30, tzinfo=UTC)
BY_NEW_RULES = datetime(NEXT_YEAR, 1, 20, 2, 30, tzinfo=UTC)
ON_THE_CLOCK = datetime(NEXT_YEAR, 1, 19, 19, 30)


@pytest.fixture
def vancouver(new_event: Callable[..., Event]) -> Event:
    """An event that was created with the rules from before."""
    event = new_event(starts_at=BY_NEW_RULES, time_zone="America/Vancouver")
    Event.objects.filter(pk=event.pk).update(starts_at=BY_OLD_RULES)
    event.refresh_from_db()
    assert event.starts_at_local == ON_THE_CLOCK
    return event


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("recheck_times", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_moved_times_are_listed_and_nothing_changes(vancouver: Event) -> None:
    text = run()
    assert f"{vancouver.pk} A concert (America/Vancouver)" in text
    assert "starts_at" in text and f"{NEXT_YEAR}-01-20 02:30 UTC now, was {NEXT_YEAR}-01-20 03:30 UTC" in text
    assert "1 events with moved times (tzdata" in text
    vancouver.refresh_from_db()
    assert vancouver.starts_at == BY_OLD_RULES


def test_moving_keeps_the_wall_clock_and_tells_the_holders(
    vancouver: Event, paid_booking: Callable[..., Booking], alice: User
) -> None:
    booking = paid_booking(event=vancouver, buyer=alice)
    assert "1 moved" in run("--move")
    vancouver.refresh_from_db()
    assert (vancouver.starts_at, vancouver.starts_at_local) == (BY_NEW_RULES, ON_THE_CLOCK)
    (mail,) = EmailMessage.objects.filter(kind="event_changed")
    assert mail.booking_id == booking.pk
    assert "new_rules" in mail.before
    assert run("--move").startswith("0 events")


def test_a_change_of_another_field_keeps_the_wall_clock(vancouver: Event, carol: User) -> None:
    change_event(event_id=vancouver.pk, seller=carol, name="Another name", starts_at=BY_OLD_RULES)
    vancouver.refresh_from_db()
    assert vancouver.starts_at_local == ON_THE_CLOCK
    assert len(moved_times(vancouver)) == 1


def test_events_that_are_over_or_cancelled_or_right_stay(vancouver: Event, new_event: Callable[..., Event]) -> None:
    right = new_event(starts_at=BY_NEW_RULES, time_zone="America/Vancouver")
    without_zone = new_event(starts_at=BY_NEW_RULES)
    Event.objects.filter(pk=vancouver.pk).update(status="cancelled")
    assert run("--move").startswith("0 events")
    assert move_times(event_id=right.pk) == move_times(event_id=without_zone.pk) == []
    yesterday = database_now() - timedelta(days=2)
    Event.objects.filter(pk=vancouver.pk).update(status="available", starts_at=yesterday)
    assert run().startswith("0 events")


def test_a_time_that_no_clock_shows_any_more_is_left_to_the_seller(new_event: Callable[..., Event]) -> None:
    event = new_event(starts_at=datetime(2027, 3, 28, 12, 0, tzinfo=UTC), time_zone="Europe/Berlin")
    Event.objects.filter(pk=event.pk).update(starts_at_local=datetime(2027, 3, 28, 2, 30))
    text = run("--move")
    assert "a time that the clock no longer shows" in text and "0 moved" in text


def test_a_time_that_comes_twice_stays_on_its_side_of_the_change(new_event: Callable[..., Event]) -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    event = new_event(starts_at=second, time_zone="Europe/Berlin")
    assert moved_times(event) == []
