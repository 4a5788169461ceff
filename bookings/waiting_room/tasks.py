"""The Celery task of the waiting room. It may run zero, one or many times at once."""

from celery import shared_task

from bookings.waiting_room import admit


@shared_task(name="bookings.waiting_room.tasks.admit_from_queue")
def admit_from_queue() -> None:
    """Every second: admit the next buyers from the queues of all waiting rooms."""
    admit.admit_from_queue()
