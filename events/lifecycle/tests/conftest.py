"""Fixtures of the tests of an event's life."""

from collections.abc import Callable
from typing import Any

import pytest

from events.models import Event
from events.plan_models import PlanVersion


@pytest.fixture
def newer(opera: Event, new_plan_version: Callable[..., PlanVersion]) -> Callable[[dict[str, Any]], PlanVersion]:
    """A function that publishes a further version of the opera's plan."""
    version = opera.plan_version
    assert version is not None
    return lambda document: new_plan_version(document, plan=version.plan)
