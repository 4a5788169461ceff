"""Fixtures of venues and their seating plans."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from events.plan_models import SeatingPlan
from events.venue_models import Venue
from events.venues.plan_geometry import _compressed
from events.venues.plans import add_plan
from events.venues.tests.documents import document
from events.venues.write import add_venue


@pytest.fixture
def hall(carol: User) -> Venue:
    """A venue of Carol's."""
    return add_venue(seller=carol, name="Philharmonie", time_zone="Europe/Berlin")


@pytest.fixture
def new_plan(carol: User, hall: Venue) -> Callable[..., SeatingPlan]:
    """A function that adds a plan of 2 × 3 seats to the hall."""

    def make(name: str = "Concert", draft: dict[str, Any] | None = None) -> SeatingPlan:
        draft = document() if draft is None else draft
        return add_plan(venue_id=hall.pk, seller=carol, name=name, draft=draft)

    return make


@pytest.fixture(autouse=True)
def no_geometry() -> None:
    """Let the process keep no geometry of another test: plans of tests have the same digest."""
    _compressed.cache_clear()
