"""A Celery application that stops in the middle of creating an event, so that a test can kill it there."""

import time

import django

from ticketing.celery import app

django.setup()

from events.lifecycle import rows  # noqa: E402
from events.lifecycle.background_creation import ProgressRecord  # noqa: E402

__all__ = ["app"]

update = ProgressRecord.update


def update_and_hang(progress: ProgressRecord, seats: int) -> None:
    """Record the first of four subsections, then do nothing for an hour."""
    update(progress, seats)
    time.sleep(3600)


rows.SEATS_PER_COPY = 50
ProgressRecord.update = update_and_hang  # type: ignore[method-assign,assignment]
