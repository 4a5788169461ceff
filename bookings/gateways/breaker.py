"""A gateway that does not answer is left alone for a while: buyers are told at once instead of after a timeout."""

from collections.abc import Callable
from typing import TypeVar

import pybreaker

from accounts import counters
from bookings.gateways.protocol import Charge, Gateway, GatewayDown, GatewayRefused, Outcome
from bookings.models import Payment, Refund

FAILURES = 5  # in a row
REST_SECONDS = 15  # then calls are let through to see, and the first that ends decides

T = TypeVar("T")
_breakers: dict[str, pybreaker.CircuitBreaker] = {}


class _NoAnswer(Exception):
    """Counts as a failure, though the caller gets the outcome."""

    def __init__(self, charge: Charge) -> None:
        super().__init__()
        self.charge = charge


def breaker_of(name: str) -> pybreaker.CircuitBreaker:
    """The breaker before a gateway, in this process."""
    if name not in _breakers:
        breaker = _breakers[name] = pybreaker.CircuitBreaker(
            FAILURES, REST_SECONDS, exclude=[GatewayRefused], throw_new_error_on_trip=False, name=name
        )
        counters.gauge(f"breaker:{name}", lambda: breaker.current_state)
    return _breakers[name]


def charge(provider: Gateway, payment: Payment, card_number: str) -> Charge:
    """Charges through the breaker. Raises GatewayDown if nothing was sent."""

    def ask() -> Charge:
        answer = provider.charge(payment, card_number)
        if answer.outcome is Outcome.UNKNOWN and provider.silence_is_failure:
            raise _NoAnswer(answer)
        return answer

    try:
        return _through(provider, ask)
    except _NoAnswer as silence:
        return silence.charge


def refund(provider: Gateway, money: Refund) -> None:
    """Refunds through the breaker. Raises GatewayDown or GatewayRefused."""
    _through(provider, lambda: provider.refund(money))


def _through(provider: Gateway, ask: Callable[[], T]) -> T:
    """Not by the breaker's `call`, which keeps its lock while it asks: a slow answer would hold up everybody's."""
    try:
        with breaker_of(provider.name).calling():
            return ask()
    except pybreaker.CircuitBreakerError as open_:
        raise GatewayDown("left alone for a while") from open_
