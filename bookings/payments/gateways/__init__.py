"""Payment gateways: their common interface, and the gateway that this installation uses."""

from bookings.payments.gateways.protocol import (
    AlreadyRefunded,
    Charge,
    Gateway,
    GatewayDown,
    GatewayRefused,
    Method,
    Outcome,
    WebhookForged,
)
from bookings.payments.gateways.registry import PROVIDERS, gateway, gateway_named

__all__ = [
    "PROVIDERS",
    "AlreadyRefunded",
    "Charge",
    "Gateway",
    "GatewayDown",
    "GatewayRefused",
    "Method",
    "Outcome",
    "WebhookForged",
    "gateway",
    "gateway_named",
]
