"""Which gateway is used (PAYMENT_GATEWAY), and the circuit breaker before it."""

from functools import cache

from django.conf import settings

from bookings.gateways.mock import MockGateway
from bookings.gateways.protocol import Gateway
from bookings.gateways.stripe import StripeGateway

GATEWAYS: dict[str, type[Gateway]] = {MockGateway.name: MockGateway, StripeGateway.name: StripeGateway}


def gateway() -> Gateway:
    """The gateway that new payments use."""
    return gateway_named(settings.PAYMENT_GATEWAY)


@cache
def gateway_named(name: str) -> Gateway:
    """The gateway a payment was made with. Raises KeyError."""
    return GATEWAYS[name]()
