"""The available gateways by name; the setting PAYMENT_GATEWAY selects the one for new payments."""

from functools import cache

from django.conf import settings

from bookings.payments.gateways.free import FreeGateway
from bookings.payments.gateways.mock import MockGateway
from bookings.payments.gateways.protocol import Gateway
from bookings.payments.gateways.stripe import StripeGateway

# The payment providers. They send webhooks, and PAYMENT_GATEWAY names one of them.
PROVIDERS: dict[str, type[Gateway]] = {MockGateway.name: MockGateway, StripeGateway.name: StripeGateway}
GATEWAYS: dict[str, type[Gateway]] = {**PROVIDERS, FreeGateway.name: FreeGateway}


def gateway() -> Gateway:
    """Return the gateway for new payments (PAYMENT_GATEWAY)."""
    return gateway_named(settings.PAYMENT_GATEWAY)


@cache
def gateway_named(name: str) -> Gateway:
    """Return the gateway with this name, for payments made with it. Raises KeyError if there is none."""
    return GATEWAYS[name]()
