"""Celery tasks. Each may run several times at once, or be lost, without harm."""

import uuid

from celery import shared_task

from bookings.gateways.mock_webhooks import deliver_webhooks
from bookings.operations import call_off, housekeeping, outgoing, post, refund, respond_async
from bookings.operations.complete import complete_bookings
from bookings.operations.expiry import expire_holds as expire_due_holds
from bookings.operations.reconcile import reconcile_payments
from bookings.waiting import admit
from events.operations.life import complete_ended_events, refresh_sold_out


@shared_task(name="bookings.tasks.expire_holds")
def expire_holds() -> None:
    """Four times a second: end holds whose deadline has passed and free their seats."""
    expire_due_holds()


@shared_task(name="bookings.tasks.allocate_seats")
def allocate_seats(booking_id: str) -> None:
    """Find the seats of a booking right after it was accepted; `allocate_overdue` does it if this task is lost."""
    respond_async.allocate_seats(booking_id=uuid.UUID(booking_id))


@shared_task(name="bookings.tasks.allocate_forgotten")
def allocate_forgotten() -> None:
    """Every two seconds: find the seats of accepted bookings whose `allocate_seats` task was lost."""
    respond_async.allocate_forgotten()


@shared_task(name="bookings.tasks.admit_waiting")
def admit_waiting() -> None:
    """Every second: admit the next buyers from the queues of all waiting rooms."""
    admit.admit_waiting()


@shared_task(name="bookings.tasks.follow_the_clock")
def follow_the_clock() -> None:
    """Every few seconds: update events that have ended or sold out, complete their bookings, release cancelled events.

    Also finishes what a crash left undone of that.
    """
    complete_ended_events()
    refresh_sold_out()
    complete_bookings()
    for event_id in call_off.unreleased_events():
        call_off.release_cancelled_event(event_id=event_id)


@shared_task(name="bookings.tasks.reconcile")
def reconcile() -> None:
    """Every ten seconds: settle charges whose outcome is unknown, and send refunds that were not sent."""
    reconcile_payments()


@shared_task(name="bookings.tasks.send_refund")
def send_refund(refund_id: str) -> None:
    """Send a refund right after it was recorded; `reconcile` does it if this task is lost."""
    refund.send_refund(refund_id=uuid.UUID(refund_id))


@shared_task(name="bookings.tasks.release_cancelled_event")
def release_cancelled_event(event_id: int) -> None:
    """Release the bookings of an event right after it was cancelled; `update_by_clock` does it if this task is lost."""
    call_off.release_cancelled_event(event_id=event_id)


@shared_task(name="bookings.tasks.deliver_mock_webhooks")
def deliver_mock_webhooks() -> None:
    """Every second: send the due webhooks of the mock gateway about pending charges."""
    deliver_webhooks()


@shared_task(name="bookings.tasks.send_due_letters")
def send_due_letters() -> None:
    """Every second, in the process `mailer`: send due emails."""
    post.send_due_letters()


@shared_task(name="bookings.tasks.send_due_deliveries")
def send_due_deliveries() -> None:
    """Every second, in the process `deliveries`: send due webhooks to sellers."""
    outgoing.send_due_deliveries()


@shared_task(name="bookings.tasks.forget_finished")
def forget_finished() -> None:
    """Every hour: delete old finished webhook deliveries, emails and webhook events."""
    housekeeping.forget_finished()
