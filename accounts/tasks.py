"""Doors for the worker. Each may run twice: a second mail or sweep does no harm."""

from celery import shared_task

from accounts.operations import housekeeping, mails

# smtplib's exceptions are OSErrors; the waits (1, 2, 4 … seconds) stay far below the broker's visibility timeout.
mail_task = shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=6)


@mail_task
def send_verification_mail(user_id: int) -> None:
    """Asks the user to confirm his address."""
    mails.mail_verification_link(user_id=user_id)


@mail_task
def send_password_reset_mail(email: str) -> None:
    """Sends the way to a new password, if the address is known."""
    mails.mail_password_reset_link(email=email)


@shared_task
def forget_expired() -> None:
    """Sweeps out ended tokens, tickets and sessions."""
    housekeeping.forget_expired()
