"""Celery's doors. Each may run zero, one or many times at once."""

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
    """Four times a second: free the seats of holds that are over."""
    expire_due_holds()


@shared_task(name="bookings.tasks.allocate_seats")
def allocate_seats(booking_id: str) -> None:
    """Right after a booking was accepted; `allocate_forgotten` does it if this is lost."""
    respond_async.allocate_seats(booking_id=uuid.UUID(booking_id))


@shared_task(name="bookings.tasks.allocate_forgotten")
def allocate_forgotten() -> None:
    """Every two seconds: accepted bookings whose message was lost."""
    respond_async.allocate_forgotten()


@shared_task(name="bookings.tasks.admit_waiting")
def admit_waiting() -> None:
    """Every second: let in from the queues whose turn it is."""
    admit.admit_waiting()


@shared_task(name="bookings.tasks.follow_the_clock")
def follow_the_clock() -> None:
    """Every few seconds: events that are over, sold out or cancelled, and what a crash left undone of that."""
    complete_ended_events()
    refresh_sold_out()
    complete_bookings()
    for event_id in call_off.unreleased_events():
        call_off.release_cancelled_event(event_id=event_id)


@shared_task(name="bookings.tasks.reconcile")
def reconcile() -> None:
    """Every ten seconds: charges whose outcome nobody told us, refunds that were not sent."""
    reconcile_payments()


@shared_task(name="bookings.tasks.send_refund")
def send_refund(refund_id: str) -> None:
    """Right after a refund was promised; `reconcile` does it if this is lost."""
    refund.send_refund(refund_id=uuid.UUID(refund_id))


@shared_task(name="bookings.tasks.release_cancelled_event")
def release_cancelled_event(event_id: int) -> None:
    """Right after an event was cancelled; `follow_the_clock` does it if this is lost."""
    call_off.release_cancelled_event(event_id=event_id)


@shared_task(name="bookings.tasks.deliver_mock_webhooks")
def deliver_mock_webhooks() -> None:
    """Every second: the mock gateway answers the charges it said it would answer later."""
    deliver_webhooks()


@shared_task(name="bookings.tasks.send_due_letters")
def send_due_letters() -> None:
    """Every second, in the process `letters`: mails that nobody has sent yet."""
    post.send_due_letters()


@shared_task(name="bookings.tasks.send_due_deliveries")
def send_due_deliveries() -> None:
    """Every second, in the process `deliveries`: webhooks to sellers that nobody has sent yet."""
    outgoing.send_due_deliveries()


@shared_task(name="bookings.tasks.forget_finished")
def forget_finished() -> None:
    """Every hour: webhooks and mails that went out long ago, and gateways' messages of old."""
    housekeeping.forget_finished()
