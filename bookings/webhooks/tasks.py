"""The Celery task that sends due webhook deliveries. It may run zero, one or many times at once."""

from celery import shared_task

from bookings.webhooks import delivery


@shared_task(name="bookings.webhooks.tasks.send_due_deliveries")
def send_due_deliveries() -> None:
    """Every second, in the process `deliveries`: send due webhooks to sellers."""
    delivery.send_due_deliveries()
