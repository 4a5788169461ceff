"""A Celery application whose mock gateway hangs after each refund, so that a test can kill the worker there."""

import time

import django

from ticketing.celery import app

django.setup()

from bookings.payments.gateways.mock import MockGateway  # noqa: E402
from bookings.payments.models import Refund  # noqa: E402

__all__ = ["app"]

original_refund = MockGateway.refund


def refund_and_hang(gateway: MockGateway, refund: Refund) -> None:
    """Record the refund at the gateway, then hang before the worker gets the result."""
    original_refund(gateway, refund)
    time.sleep(3600)


MockGateway.refund = refund_and_hang  # type: ignore[method-assign,assignment]
