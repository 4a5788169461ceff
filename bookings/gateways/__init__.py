"""Payment providers: what the sale expects of one, and which one is used."""

from bookings.gateways.protocol import Charge, Gateway, GatewayDown, GatewayRefused, Outcome, WebhookForged
from bookings.gateways.registry import gateway, gateway_named

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
