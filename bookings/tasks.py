"""Celery's doors. Each may run zero, one or many times at once."""

from celery import shared_task

from bookings.operations.complete import complete_bookings
from bookings.operations.expiry import expire_holds as expire_due_holds
from bookings.operations.refund import refund_lost_payments as refund_lost
from events.operations.life import complete_ended_events, refresh_sold_out


@shared_task(name="bookings.tasks.expire_holds")
def expire_holds() -> None:
    """Every second: free the seats of holds that are over."""
    expire_due_holds()


@shared_task(name="bookings.tasks.follow_the_clock")
def follow_the_clock() -> None:
    """Every few seconds: events that are over or sold out, and what a crash left undone of that."""
    complete_ended_events()
    refresh_sold_out()
    complete_bookings()


@shared_task(name="bookings.tasks.refund_lost_payments")
def refund_lost_payments() -> None:
    """Money of bookings whose seats were lost goes back within a minute."""
    refund_lost()
