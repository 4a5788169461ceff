"""Gate staff find their events at /gate, and land there after signing in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from accounts.pages.landing import landing_page
from bookings.checkin.gate_events import gate_events
from bookings.checkin.models import GateStaff, SellerGateStaff
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.models import Booking
from events.models import Event

NewUser = Callable[..., User]
NewEvent = Callable[..., Event]


@pytest.fixture
def gil(new_user: NewUser) -> User:
    """Somebody with a confirmed address, not yet named as gate staff."""
    return new_user("gil", is_verified=True)


@pytest.fixture
def dated(new_event: NewEvent) -> Callable[..., Event]:
    """A function that creates an event which begins in so many hours."""

    def make(name: str, hours: float | None, **fields: object) -> Event:
        event = new_event(name=name)
        starts_at = None if hours is None else datetime.now(UTC) + timedelta(hours=hours)
        Event.objects.filter(pk=event.pk).update(starts_at=starts_at, **fields)
        return event

    return make


def names(events: list[Event]) -> list[str]:
    return [event.name for event in events]


def test_events_are_listed_now_then_later_then_over(dated: Callable[..., Event], gil: User, carol: User) -> None:
    now = datetime.now(UTC)
    dated("next month", 700)
    dated("tonight", 3)
    dated("running", -2, ends_at=now + timedelta(hours=1))
    dated("long festival", -60, ends_at=now + timedelta(hours=1))
    dated("yesterday", -30)
    dated("last week", -170, ends_at=now - timedelta(hours=160))
    dated("some day", None)
    dated("draft", 3, status="draft")
    cancel_event(event_id=dated("cancelled", 3).pk, seller=carol)
    SellerGateStaff.objects.create(seller=carol, email=gil.email)
    for user in (gil, carol):
        listed = gate_events(user)
        assert names(listed.now) == ["long festival", "running", "tonight"]
        assert names(listed.later) == ["next month", "some day"]
        assert names(listed.over) == ["yesterday", "last week"]


def test_only_events_of_ones_own_work_are_listed(
    concert: Event, new_event: NewEvent, new_user: NewUser, gil: User, dave: User, olga: User, alice: User
) -> None:
    elsewhere = new_event(name="Elsewhere", seller=dave)
    GateStaff.objects.create(event=concert, email=gil.email)
    unconfirmed = new_user("una")
    GateStaff.objects.create(event=concert, email=unconfirmed.email)
    assert names(gate_events(gil).later) == [concert.name]
    assert names(gate_events(dave).later) == [elsewhere.name]
    assert set(names(gate_events(olga).later)) == {concert.name, elsewhere.name}
    assert gate_events(alice) == gate_events(unconfirmed) == ([], [], [])


def test_the_page_says_what_to_do_without_events(
    client: Client, concert: Event, alice: User, new_user: NewUser, gil: User
) -> None:
    assert client.get("/gate").headers["Location"].startswith("/login?next=/gate")
    client.force_login(alice)
    assert "can name you as gate staff by the email address" in client.get("/gate").content.decode()
    una = new_user("una")
    GateStaff.objects.create(event=concert, email=una.email)
    client.force_login(una)
    page = client.get("/gate").content.decode()
    assert "confirm your email address first" in page
    assert concert.name not in page
    GateStaff.objects.create(event=concert, email=gil.email)
    client.force_login(gil)
    assert f'href="/gate/{concert.pk}"' in client.get("/gate").content.decode()


def test_gate_staff_land_at_the_door_after_signing_in(client: Client, dated: Callable[..., Event], gil: User) -> None:
    client.force_login(gil)
    assert client.get("/login").headers["Location"] == "/"
    later = dated("later", 100)
    GateStaff.objects.create(event=later, email=gil.email)
    assert client.get("/login").headers["Location"] == "/gate"
    tonight = dated("tonight", 3)
    GateStaff.objects.create(event=tonight, email=gil.email)
    assert client.get("/login").headers["Location"] == f"/gate/{tonight.pk}"
    assert client.get("/login", {"next": "/bookings"}).headers["Location"] == "/bookings"
    GateStaff.objects.create(event=dated("also tonight", 4), email=gil.email)
    assert client.get("/login").headers["Location"] == "/gate"


def test_the_form_leads_back_to_the_page_that_knows_where_to_go(client: Client, db: None) -> None:
    for path in ("/login", "/register"):
        assert 'data-next="/login"' in client.get(path).content.decode()


def test_sellers_operators_and_buyers_with_seats_do_not_land_at_the_door(
    concert: Event, carol: User, dave: User, olga: User, alice: User, bob: User, hold: Callable[..., Booking]
) -> None:
    hold(alice, "1-1")
    for user, path in ((dave, "/sell"), (olga, "/"), (alice, "/")):
        SellerGateStaff.objects.create(seller=carol, email=user.email)
        assert landing_page(user).path == path
    assert landing_page(bob).path == "/"
    SellerGateStaff.objects.create(seller=carol, email=bob.email)
    assert landing_page(bob).path == "/gate"
