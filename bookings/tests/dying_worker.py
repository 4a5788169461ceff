"""A Celery application whose mock gateway gives the money back and never answers, so that it can be killed there."""

import time

import django

from ticketing.celery import app

django.setup()

from bookings.gateways.mock import MockGateway  # noqa: E402
from bookings.models import Refund  # noqa: E402

__all__ = ["app"]

give_back = MockGateway.refund


def give_back_and_hang(gateway: MockGateway, refund: Refund) -> None:
    """The gateway's book has it; the worker will never know."""
    give_back(gateway, refund)
    time.sleep(3600)


MockGateway.refund = give_back_and_hang  # type: ignore[method-assign,assignment]
