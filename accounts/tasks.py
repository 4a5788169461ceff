"""Celery tasks. Each may run twice: a second email or purge does no harm."""

from celery import shared_task

from accounts.operations import housekeeping, idle, mails

# smtplib's exceptions are OSErrors. The waits (1, 2, 4 … seconds) are far below the broker's visibility timeout.
mail_task = shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=6)


@mail_task
def send_verification_mail(user_id: int) -> None:
    """Send a link that verifies the user's address."""
    mails.mail_verification_link(user_id=user_id)


@mail_task
def send_password_reset_mail(email: str) -> None:
    """Send a link to set a new password, if a user has the address."""
    mails.mail_password_reset_link(email=email)


@mail_task
def send_email_change_mails(user_id: int) -> None:
    """Send a link to the new address and a notice to the present one."""
    mails.mail_email_change(user_id=user_id)


@mail_task
def send_email_changed_mail(former: str, address: str) -> None:
    """Tell the former address that it was replaced."""
    mails.mail_email_changed(former=former, address=address)


@mail_task
def send_account_deleted_mail(email: str) -> None:
    """Tell the address of a deleted account that it is gone."""
    mails.mail_account_deleted(email=email)


@mail_task
def send_idle_account_mail(user_id: int) -> None:
    """Tell a person that their unused account will be deleted."""
    mails.mail_idle_account(user_id=user_id)


@shared_task
def retire_idle_accounts() -> None:
    """Every day: warn the owners of unused accounts, and delete those of people who were warned."""
    idle.retire_idle_accounts()


@shared_task
def purge_expired() -> None:
    """Delete expired token families, stream tickets and sessions."""
    housekeeping.purge_expired()
