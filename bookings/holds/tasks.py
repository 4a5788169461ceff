"""Celery tasks of holds. Each may run zero, one or many times at once."""

import uuid

from celery import shared_task

from bookings.holds import respond_async
from bookings.holds.expiry import expire_holds as expire_due_holds


@shared_task(name="bookings.holds.tasks.expire_holds")
def expire_holds() -> None:
    """Four times a second: end holds whose deadline has passed and free their seats."""
    expire_due_holds()


@shared_task(name="bookings.holds.tasks.allocate_seats")
def allocate_seats(booking_id: str) -> None:
    """Find the seats of a booking right after it was accepted; `allocate_overdue` does it if this task is lost."""
    respond_async.allocate_seats(booking_id=uuid.UUID(booking_id))


@shared_task(name="bookings.holds.tasks.allocate_overdue")
def allocate_overdue() -> None:
    """Every two seconds: find the seats of accepted bookings whose `allocate_seats` task was lost."""
    respond_async.allocate_overdue()
