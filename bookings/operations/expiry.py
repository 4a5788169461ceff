"""Holds that ended unpaid. They are over by the clock; this tells the world and frees the seats."""

from django.db import transaction

from bookings.models import Booking
from bookings.operations.post import write_letter
from bookings.operations.steps import move
from bookings.states import TIME_IS_UP, BookingStatus, LetterKind
from events.models import Subsection
from events.operations.seats import change_seats
from events.states import ChangeKind


def release_expired(block: Subsection) -> int:
    """Expires every hold of a locked block whose deadline has passed and frees its seats; returns how many.

    Locks the bookings in the order of their ids, after the block: the order everywhere.
    """
    due = list(Booking.objects.due().filter(subsection=block).order_by("pk").select_for_update(of=("self",)))
    for booking in due:
        move(booking, BookingStatus.EXPIRED, failure=TIME_IS_UP)
        change_seats(subsection=block, positions=booking.positions, kind=ChangeKind.EXPIRED, booking_id=booking.pk)
        write_letter(LetterKind.HOLD_EXPIRED, booking, at_once=False)
    return len(due)


def expire_holds() -> int:
    """The sweep: one transaction a block that has something due; returns how many holds ended.

    Blocks that somebody else has locked are left to him or to the next sweep. Safe to run zero or many times at once.
    """
    blocks = Booking.objects.due().order_by().values_list("subsection_id", flat=True).distinct()
    return sum(_expire_in(block_id) for block_id in list(blocks))


@transaction.atomic(durable=True)
def _expire_in(block_id: int) -> int:
    blocks = Subsection.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    block = blocks.filter(pk=block_id).first()
    return release_expired(block) if block is not None else 0
