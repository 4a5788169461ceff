"""A Celery application that stops in the middle of making an event, so that it can be killed there."""

import time

import django

from ticketing.celery import app

django.setup()

from events.operations import create  # noqa: E402
from events.operations.creation import Notes  # noqa: E402

__all__ = ["app"]

tell = Notes.written


def tell_and_hang(notes: Notes, seats: int) -> None:
    """The first of four blocks is written, and said to be."""
    tell(notes, seats)
    time.sleep(3600)


create.SEATS_A_COPY = 50
Notes.written = tell_and_hang  # type: ignore[method-assign,assignment]
