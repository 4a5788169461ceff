"""A circuit breaker for each gateway: while a gateway fails, buyers get an error at once instead of after a timeout."""

from collections.abc import Callable
from typing import TypeVar

import pybreaker

from bookings.payments.gateways.protocol import (
    Charge,
    Gateway,
    GatewayDown,
    GatewayRefused,
    Method,
    Outcome,
)
from bookings.payments.models import Payment, Refund
from core import counters

FAILURES = 5  # in a row
OPEN_SECONDS = 15  # then calls go through again, and the result of the first to end closes or reopens the breaker

T = TypeVar("T")
_breakers: dict[str, pybreaker.CircuitBreaker] = {}


class _UnknownOutcome(Exception):
    """A charge with an unknown outcome, raised through the breaker so that it counts as a failure."""

    def __init__(self, charge: Charge) -> None:
        super().__init__()
        self.charge = charge


def breaker_of(name: str) -> pybreaker.CircuitBreaker:
    """Return the circuit breaker of the gateway with this name; each process has its own."""
    if name not in _breakers:
        breaker = _breakers[name] = pybreaker.CircuitBreaker(
            FAILURES, OPEN_SECONDS, exclude=[GatewayRefused], throw_new_error_on_trip=False, name=name
        )
        counters.gauge(f"breaker:{name}", lambda: breaker.current_state)
    return _breakers[name]


def begin(provider: Gateway, payment: Payment, method: Method) -> Charge:
    """Begin the charge through the breaker and return the outcome.

    An unknown outcome counts as a failure of the gateway if its `silence_is_failure` is set. Raises GatewayDown if
    nothing was sent.
    """

    def send_charge() -> Charge:
        result = provider.begin(payment, method)
        if result.outcome is Outcome.UNKNOWN and provider.silence_is_failure:
            raise _UnknownOutcome(result)
        return result

    try:
        return _call(provider, send_charge)
    except _UnknownOutcome as error:
        return error.charge


def refund(provider: Gateway, money: Refund) -> str:
    """Send the refund through the breaker; return the gateway's id of it. Raises GatewayDown or GatewayRefused."""
    return _call(provider, lambda: provider.refund(money))


def _call(provider: Gateway, request: Callable[[], T]) -> T:
    """Run `request` through the breaker. Raises GatewayDown if the breaker is open.

    Uses pybreaker's `calling`, because its `call` holds the breaker's lock during the request: one slow response would
    delay all other calls.
    """
    try:
        with breaker_of(provider.name).calling():
            return request()
    except pybreaker.CircuitBreakerError as error:
        raise GatewayDown("the circuit breaker is open") from error
