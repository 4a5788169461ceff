"""What the tests of the limits share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import callers
from accounts.models import User
from accounts.operations.tokens import tokens_for
from core import feature_switches
from events.catalog import peak_mode


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """Of sessions, events and switches of other tests."""
    callers._user_of_session.cache_clear()
    peak_mode._in_peak_mode.cache_clear()
    feature_switches.forget()
    yield
    feature_switches.forget()


@pytest.fixture
def rates(settings: Any) -> Callable[..., None]:
    """Sets rates, in calls a minute; those not named are off."""

    def use(**rates: int) -> None:
        for name in ("API_RATE", "API_RATE_SURGE", "BOOKING_RATE", "LOGIN_RATE", "REGISTRATION_RATE"):
            setattr(settings, name, (rates[name], 60) if name in rates else None)

    return use


@pytest.fixture
def bearer() -> Callable[[User], APIClient]:
    """A client with new tokens of the user."""

    def make(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(user)['access']}")
        return client

    return make
