"""Celery tasks of payments and refunds. Each may run zero, one or many times at once."""

import uuid

from celery import shared_task

from bookings.payments import send_refunds
from bookings.payments.gateways.mock_webhooks import deliver_webhooks
from bookings.payments.reconcile import reconcile_payments


@shared_task(name="bookings.payments.tasks.reconcile")
def reconcile() -> None:
    """Every ten seconds: settle charges whose outcome is unknown, and send refunds that were not sent."""
    reconcile_payments()


@shared_task(name="bookings.payments.tasks.send_refund")
def send_refund(refund_id: str) -> None:
    """Send a refund right after it was recorded; `reconcile` does it if this task is lost."""
    send_refunds.send_refund(refund_id=uuid.UUID(refund_id))


@shared_task(name="bookings.payments.tasks.deliver_mock_webhooks")
def deliver_mock_webhooks() -> None:
    """Every second: send the due webhooks of the mock gateway about pending charges."""
    deliver_webhooks()
