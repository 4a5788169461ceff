"""Sends the tickets of a booking again, for a buyer who can't find the email."""

import uuid
from datetime import timedelta

from accounts.models import User
from bookings.holds.models import Booking
from bookings.holds.selectors import managed_booking
from bookings.holds.transitions import lock_booking
from bookings.notifications import outbox
from bookings.notifications.outbox import queue_email
from bookings.states import SOLD, EmailKind
from core.clock import Now
from core.errors import InvalidState
from core.ids import new_id
from core.transactions import retrying_transaction

MIN_INTERVAL = timedelta(minutes=1)  # between two emails with the same tickets, so that no inbox is flooded


@retrying_transaction
def resend_tickets(*, booking_id: uuid.UUID, seller: User) -> Booking:
    """Queue another email with the tickets of a paid booking to its buyer.

    1. Lock the booking, so that two clicks queue one email.
    2. Check that the booking is paid, and that no email with its tickets is waiting or was queued within MIN_INTERVAL.
    3. Queue the email; the mailer sends it.

    Raises NotFound, PermissionRefused, InvalidState.
    """
    managed_booking(booking_id, seller)
    booking = lock_booking(booking_id)

    if booking.status not in SOLD:
        raise InvalidState(f"A booking that is {booking.status} has no tickets to send.")
    with_tickets = booking.emails.filter(kind__in=[EmailKind.CONFIRMATION, EmailKind.TICKETS_AGAIN])
    if with_tickets.filter(written_at__gt=Now() - MIN_INTERVAL).exists():
        raise InvalidState("The tickets were sent less than a minute ago. Please wait a minute.")
    if with_tickets.filter(status__in=outbox.OPEN).exists():
        raise InvalidState("An email with the tickets is still waiting to be sent; it is sent automatically.")

    queue_email(EmailKind.TICKETS_AGAIN, booking, subject=new_id())
    return booking
