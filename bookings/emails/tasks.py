"""The Celery tasks that send due emails. They may run zero, one or many times at once."""

from celery import shared_task

from bookings.emails import send
from bookings.states import EmailRank


@shared_task(name="bookings.emails.tasks.send_due_emails")
def send_due_emails() -> None:
    """Every second, in the process `mailer`: send due emails that people wait for."""
    send.send_due_emails(EmailRank.AWAITED)


@shared_task(name="bookings.emails.tasks.send_due_bulk_emails")
def send_due_bulk_emails() -> None:
    """Every second, in the process `bulk-mailer`: send due emails that come in thousands."""
    send.send_due_emails(EmailRank.BULK)
