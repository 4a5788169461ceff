"""Fixtures of the payment tests: Stripe as the gateway, against a local stand-in."""

from collections.abc import Iterator
from typing import Any

import pytest

from bookings.payments.gateways import breaker, gateway_named
from bookings.payments.tests.stripe_stand_in import SECRET, StandIn, stripe_stand_in


@pytest.fixture
def stripe(settings: Any) -> Iterator[StandIn]:
    """A running stand-in for Stripe; the gateway is Stripe and uses it."""
    with stripe_stand_in() as server:
        settings.PAYMENT_GATEWAY = "stripe"
        settings.STRIPE_SECRET_KEY = "sk_test_1"
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        settings.STRIPE_API_BASE = server.url
        gateway_named.cache_clear()
        breaker.breaker_of("stripe").close()
        yield server
    gateway_named.cache_clear()
