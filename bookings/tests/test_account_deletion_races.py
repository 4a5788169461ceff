"""The deletion of an account against a purchase, or an event that goes on sale, of the same user at the same moment.

Each race is run in both orders: the deletion has checked that nothing is to come and has not yet deleted, or the other
operation has done its checks and has not yet committed. Without the lock, a deleted user has seats or an event on sale.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import AccountInUse
from accounts.models import User
from accounts.operations import deletion
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import accept_hold_request
from bookings.invariants import check_invariants
from bookings.states import SelectionMode
from bookings.testing.crowd import together
from bookings.testing.surgery import altered
from core.errors import NotSignedIn, PermissionRefused
from events.lifecycle import background_creation, change, create
from events.lifecycle.background_creation import request_event
from events.lifecycle.change import change_event
from events.lifecycle.create import create_event
from events.models import Creation, Event
from events.seating.configuration import read_seating
from events.states import ON_SALE

pytestmark = pytest.mark.django_db(transaction=True)

HALL = read_seating({"rows": 2, "cols": 2, "sections": [{"name": "A", "price": 100, "subsections": 1}]}, max_seats=9)
TEXTS: dict[str, Any] = {"name": "Jazz", "description": "Late.", "venue_name": "Cellar"}
BLOCKED = 0.5  # seconds after which the other operation is taken to wait for the lock
PAUSED = ("-- 4. Move the seats", "PERFORM pg_sleep(0.5); -- 4. Move the seats")
UNCHECKED = ("WHERE u.id = buyer AND u.is_active FOR", "WHERE u.id = buyer FOR")


class Meeting:
    """Lets one thread stop at a point of its operation until the other has finished, or is blocked by a lock."""

    def __init__(self) -> None:
        self._reached, self._finished = threading.Event(), threading.Event()

    def stop(self, *_: Any) -> list[Any]:
        """Stop here. Returns no obstacle, so that it can be one of the checks of the deletion."""
        self._reached.set()
        self._finished.wait(BLOCKED)
        return []

    def other(self, act: Callable[[], Any]) -> Any:
        """Run the other operation once the first one has stopped."""
        assert self._reached.wait(30)
        try:
            return act()
        finally:
            self._finished.set()


def delete(user: User) -> None:
    """Delete the account without the check of the password, which takes longer than others wait here."""
    deletion.delete_if(user.pk, lambda locked: True)


def deletion_first(monkeypatch: pytest.MonkeyPatch, user: User, act: Callable[[], Any]) -> list[Any]:
    """Run `act` between the checks of the deletion and its writes; return both results or errors."""
    meeting = Meeting()
    monkeypatch.setattr(deletion, "OBSTACLES", [*deletion.OBSTACLES, meeting.stop])
    return together(partial(delete, user), lambda: meeting.other(act))


def without_lock_of_the_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "_lock", lambda user_id: User.objects.get(pk=user_id))


@pytest.fixture(params=["hold", "accept"])
def buy(request: pytest.FixtureRequest, alice: User, concert: Event) -> Callable[[], Booking]:
    """Alice takes a seat, at once or with `Prefer: respond-async`."""
    wanted = HoldRequest(concert.pk, "A", 1, SelectionMode.BEST_AVAILABLE, 1)
    if request.param == "accept":
        return partial(accept_hold_request, buyer_id=alice.pk, hold_request=wanted)
    hold = request.getfixturevalue("hold")
    return partial(hold, alice, "1-1")


def test_a_purchase_during_the_deletion_is_refused(
    monkeypatch: pytest.MonkeyPatch, alice: User, buy: Callable[[], Booking]
) -> None:
    deleted, refused = deletion_first(monkeypatch, alice, buy)
    assert deleted is None and isinstance(refused, NotSignedIn)
    assert not User.objects.get(pk=alice.pk).is_active and not Booking.objects.exists()
    assert {name: found for name, found in check_invariants().items() if found} == {}


def test_a_deletion_during_a_purchase_is_refused(alice: User, buy: Callable[[], Booking]) -> None:
    with altered("bookings_hold", PAUSED):
        booking, refused = together(buy, lambda: _shortly_after(partial(delete, alice)))
    assert isinstance(booking, Booking) and isinstance(refused, AccountInUse)
    assert User.objects.get(pk=alice.pk).is_active


def test_without_the_lock_of_the_deletion_the_deleted_buyer_has_seats(
    monkeypatch: pytest.MonkeyPatch, alice: User, buy: Callable[[], Booking]
) -> None:
    without_lock_of_the_deletion(monkeypatch)
    deleted, booking = deletion_first(monkeypatch, alice, buy)
    assert deleted is None and isinstance(booking, Booking)


def test_without_the_check_of_the_hold_the_deleted_buyer_has_seats(
    monkeypatch: pytest.MonkeyPatch, alice: User, buy: Callable[[], Booking]
) -> None:
    with altered("bookings_hold", UNCHECKED):
        deleted, booking = deletion_first(monkeypatch, alice, buy)
    assert deleted is None and isinstance(booking, Booking)


@pytest.fixture(params=["create", "create a large one", "publish", "reopen"])
def sell(request: pytest.FixtureRequest, carol: User, new_event: Callable[..., Event]) -> Callable[[], Any]:
    """Carol puts an event on sale, in each way there is."""
    if request.param == "create":
        return partial(create_event, seller=carol, seating=HALL, **TEXTS)
    if request.param == "create a large one":
        return partial(request_event, seller=carol, asked_by=carol, seating=HALL, **TEXTS)
    event = new_event(draft=True)
    if request.param == "publish":
        return partial(change_event, event_id=event.pk, seller=carol, status="available")
    Event.objects.update(status="completed", starts_at=timezone.now() - timedelta(days=9))
    return partial(change_event, event_id=event.pk, seller=carol, starts_at=None)


def to_come() -> bool:
    """Return whether an event is on sale, or is being created to be."""
    return Event.objects.filter(status__in=ON_SALE).exists() or Creation.objects.exists()


def test_an_event_that_goes_on_sale_during_the_deletion_is_refused(
    monkeypatch: pytest.MonkeyPatch, carol: User, sell: Callable[[], Any]
) -> None:
    deleted, refused = deletion_first(monkeypatch, carol, sell)
    assert deleted is None and isinstance(refused, PermissionRefused)
    assert not User.objects.get(pk=carol.pk).is_active and not to_come()


def test_a_deletion_while_an_event_goes_on_sale_is_refused(
    monkeypatch: pytest.MonkeyPatch, carol: User, sell: Callable[[], Any]
) -> None:
    with stopping_before_the_commit(monkeypatch) as meeting:
        sold, refused = together(sell, lambda: meeting.other(partial(delete, carol)))
    assert not isinstance(sold, Exception) and isinstance(refused, AccountInUse)
    assert User.objects.get(pk=carol.pk).is_active and to_come()


def test_without_the_lock_of_the_deletion_a_deleted_seller_has_an_event_on_sale(
    monkeypatch: pytest.MonkeyPatch, carol: User, sell: Callable[[], Any]
) -> None:
    without_lock_of_the_deletion(monkeypatch)
    with stopping_before_the_commit(monkeypatch) as meeting:
        sold, deleted = together(sell, lambda: meeting.other(partial(delete, carol)))
    assert not isinstance(sold, Exception) and deleted is None
    assert not User.objects.get(pk=carol.pk).is_active and to_come()


def test_without_the_lock_of_the_seller_a_deleted_seller_has_an_event_on_sale(
    monkeypatch: pytest.MonkeyPatch, carol: User, sell: Callable[[], Any]
) -> None:
    for module in (create, change, background_creation):
        monkeypatch.setattr(module, "lock_seller", lambda seller_id: None)
    deleted, sold = deletion_first(monkeypatch, carol, sell)
    assert deleted is None and not isinstance(sold, Exception)
    assert not User.objects.get(pk=carol.pk).is_active and to_come()


@contextmanager
def stopping_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meeting]:
    """Let operations that put an event on sale stop after they have locked the seller."""
    meeting = Meeting()
    for module in (create, change, background_creation):
        lock = module.lock_seller
        monkeypatch.setattr(module, "lock_seller", lambda seller_id, lock=lock: (lock(seller_id), meeting.stop()))
    yield meeting


def _shortly_after(act: Callable[[], Any]) -> Any:
    """Run `act` when the purchase sleeps between its checks and its writes."""
    threading.Event().wait(0.2)
    return act()
