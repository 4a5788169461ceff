"""The Celery task that sends due emails. It may run zero, one or many times at once."""

from celery import shared_task

from bookings.notifications import outbox


@shared_task(name="bookings.emails.tasks.send_due_letters")
def send_due_letters() -> None:
    """Every second, in the process `mailer`: send due emails."""
    outbox.send_due_letters()
