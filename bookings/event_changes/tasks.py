"""Celery tasks that carry changes of an event over to its bookings. Each may run zero, one or many times at once."""

from celery import shared_task

from bookings.event_changes import cancel_event
from bookings.event_changes.complete_bookings import complete_bookings
from events.inventory.sold_out import refresh_sold_out
from events.lifecycle.complete import complete_ended_events


@shared_task(name="bookings.event_changes.tasks.update_by_clock")
def update_by_clock() -> None:
    """Every few seconds: complete events that are over and their bookings, update which events are sold out.

    Also ends the holds and refunds the paid bookings of cancelled events. After a crash, the next run does the rest.
    """
    complete_ended_events()
    refresh_sold_out()
    complete_bookings()
    for event_id in cancel_event.unreleased_events():
        cancel_event.release_cancelled_event(event_id=event_id)


@shared_task(name="bookings.event_changes.tasks.release_cancelled_event")
def release_cancelled_event(event_id: int) -> None:
    """End the holds and refund the paid bookings of an event that was just cancelled.

    If this task is lost, `update_by_clock` does the same.
    """
    cancel_event.release_cancelled_event(event_id=event_id)
