"""Celery tasks of privacy."""

from celery import shared_task

from bookings.privacy import retention


@shared_task
def forget_unpaid_buyers() -> None:
    """Every day: take the buyers out of old bookings that were never paid."""
    retention.forget_unpaid_buyers()
