"""Payment gateways: their common interface, and the gateway that this installation uses."""

from bookings.payments.gateways.protocol import (
    Charge,
    Gateway,
    GatewayDown,
    GatewayRefused,
    Outcome,
    WebhookForged,
)
from bookings.payments.gateways.registry import gateway, gateway_named

__all__ = [
    "Charge",
    "Gateway",
    "GatewayDown",
    "GatewayRefused",
    "Outcome",
    "WebhookForged",
    "gateway",
    "gateway_named",
]
