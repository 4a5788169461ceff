"""A venue that is changed, used and removed at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from core.errors import NotFound
from events.errors import VenueInUse
from events.models import Event
from events.venue_models import Venue
from events.venues.write import add_venue, change_venue, remove_venue

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(operation: Callable[[], Any]) -> str:
    """Run the operation on a connection of its own; return "done" or the refusal."""
    try:
        operation()
    except (NotFound, VenueInUse) as refusal:
        return refusal.code
    else:
        return "done"
    finally:
        connection.close()


def at_once(*operations: Callable[[], Any]) -> list[str]:
    with ThreadPoolExecutor(len(operations)) as pool:
        return list(pool.map(outcome, operations))


@pytest.mark.parametrize("attempt", range(5))
def test_of_several_removals_one_is_done_and_the_others_find_nothing(carol: User, attempt: int) -> None:
    venue = add_venue(seller=carol, name="Hall", time_zone="UTC")
    removals = [lambda: remove_venue(venue_id=venue.pk, seller=carol)] * 4
    assert sorted(at_once(*removals)) == ["done", "not_found", "not_found", "not_found"]


@pytest.mark.parametrize("attempt", range(5))
def test_a_change_comes_before_the_removal_or_finds_nothing(carol: User, attempt: int) -> None:
    venue = add_venue(seller=carol, name="Hall", time_zone="UTC")
    rename = lambda: change_venue(venue_id=venue.pk, seller=carol, name="Hall 2")  # noqa: E731
    removed, *changes = at_once(lambda: remove_venue(venue_id=venue.pk, seller=carol), rename, rename)
    assert removed == "done" and set(changes) <= {"done", "not_found"}
    assert not Venue.objects.exists()


@pytest.mark.parametrize("attempt", range(5))
def test_an_event_keeps_its_venue_or_is_refused(carol: User, new_event: Callable[..., Event], attempt: int) -> None:
    venue = add_venue(seller=carol, name="Hall", time_zone="UTC")

    def create() -> None:
        try:
            new_event(venue_id=venue.pk)
        except Exception as refusal:
            raise NotFound(str(refusal)) from refusal

    outcomes = at_once(create, lambda: remove_venue(venue_id=venue.pk, seller=carol))
    assert outcomes in (["done", "venue_in_use"], ["not_found", "done"])
    assert Event.objects.filter(venue=venue).count() == Venue.objects.count()
