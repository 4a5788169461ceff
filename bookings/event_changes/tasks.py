"""Celery tasks that carry changes of an event over to its bookings. Each may run zero, one or many times at once."""

from celery import shared_task

from bookings.event_changes import cancel_event
from bookings.event_changes.complete_bookings import complete_bookings
from events.inventory.sold_out import refresh_sold_out
from events.lifecycle.complete import complete_ended_events


@shared_task(name="bookings.event_changes.tasks.update_by_clock")
def update_by_clock() -> None:
    """Every few seconds: update events that have ended or sold out, complete their bookings, release cancelled events.

    A crash in between costs nothing: the next run does the rest.
    """
    complete_ended_events()
    refresh_sold_out()
    complete_bookings()
    for event_id in cancel_event.unreleased_events():
        cancel_event.release_cancelled_event(event_id=event_id)


@shared_task(name="bookings.event_changes.tasks.release_cancelled_event")
def release_cancelled_event(event_id: int) -> None:
    """Release the bookings of an event right after it was cancelled; `update_by_clock` does it if this task is lost."""
    cancel_event.release_cancelled_event(event_id=event_id)
