"""The Celery task that sends due emails. It may run zero, one or many times at once."""

from celery import shared_task

from bookings.emails import send


@shared_task(name="bookings.emails.tasks.send_due_emails")
def send_due_emails() -> None:
    """Every second, in the process `mailer`: send due emails."""
    send.send_due_emails()
