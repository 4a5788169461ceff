"""Makes the tasks of all packages known to Celery, and has the task that deletes old rows of several packages."""

from celery import shared_task

import bookings.emails.tasks
import bookings.event_changes.tasks
import bookings.holds.tasks
import bookings.payments.tasks
import bookings.privacy.tasks
import bookings.waiting_room.tasks
import bookings.webhooks.tasks  # noqa: F401
from bookings import housekeeping


@shared_task(name="bookings.tasks.purge_finished")
def purge_finished() -> None:
    """Every hour: delete old finished webhook deliveries, emails and webhook events."""
    housekeeping.purge_finished()
