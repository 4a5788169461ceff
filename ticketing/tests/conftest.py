"""Fixtures for the tests of rate limits."""

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
def empty_caches() -> Iterator[None]:
    """Empty the caches of sessions, peak mode and switches, which other tests may have filled."""
    callers._user_of_session.cache_clear()
    peak_mode._in_peak_mode.cache_clear()
    feature_switches.forget()
    yield
    feature_switches.forget()


@pytest.fixture
def rates(settings: Any) -> Callable[..., None]:
    """A function that sets rates in calls per minute; those that are not named are off."""

    def use(**rates: int) -> None:
        names = ("API_RATE", "API_RATE_SURGE", "BOOKING_RATE", "LOGIN_RATE", "REGISTRATION_RATE", "TICKET_SEARCH_RATE")
        for name in names:
            setattr(settings, name, (rates[name], 60) if name in rates else None)

    return use


@pytest.fixture
def bearer() -> Callable[[User], APIClient]:
    """A function that returns a client with new tokens of the user."""

    def make(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(user)['access']}")
        return client

    return make
