"""A buyer can't find his mail: the seller has the tickets sent once more."""

import uuid
from datetime import timedelta

from accounts.models import User
from accounts.transactions import durably
from bookings.models import Booking, new_id
from bookings.operations import post
from bookings.operations.post import write_letter
from bookings.operations.steps import lock_booking
from bookings.reads import managed_booking
from bookings.states import SOLD, LetterKind
from events.clock import Now
from ticketing.errors import InvalidState

PAUSE = timedelta(minutes=1)  # between two mails with the same tickets, so that nobody's inbox is flooded


@durably
def resend_tickets(*, booking_id: uuid.UUID, seller: User) -> Booking:
    """Writes another letter with the tickets of a paid booking, to the address of its buyer.

    1. Lock the booking, so that two clicks are one letter.
    2. Check: paid, and no mail with its tickets is waiting or was written within PAUSE.
    3. Write the letter; the sweep sends it.

    Raises NotFound, PermissionRefused, InvalidState.
    """
    managed_booking(booking_id, seller)
    booking = lock_booking(booking_id)

    if booking.status not in SOLD:
        raise InvalidState(f"A booking that is {booking.status} has no tickets to send.")
    with_tickets = booking.letters.filter(kind__in=[LetterKind.CONFIRMATION, LetterKind.TICKETS_AGAIN])
    if with_tickets.filter(written_at__gt=Now() - PAUSE).exists():
        raise InvalidState("The tickets were sent less than a minute ago. Please wait a minute.")
    if with_tickets.filter(status__in=post.OPEN).exists():
        raise InvalidState("A mail with the tickets is still waiting to be sent; it is tried again by itself.")

    write_letter(LetterKind.TICKETS_AGAIN, booking, subject=new_id())
    return booking
