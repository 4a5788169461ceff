"""Taking free seats out of sale and back."""

from accounts.models import User
from accounts.transactions import durably
from events.models import Subsection
from events.operations.change import own_event
from events.operations.life import follow_seats
from events.operations.seats import change_seats, lock_subsection
from events.positions import positions_of
from events.reads import subsection_of
from events.states import SEAT_STEPS, ChangeKind


def block_seats(*, event_id: int, seller: User, section: str, subsection: int, seats: list[str]) -> Subsection:
    """Takes free seats ("row-seat") of one block out of sale, all or none. Raises SeatsTaken with those not free."""
    return _change(event_id, seller, section, subsection, seats, ChangeKind.BLOCKED)


def unblock_seats(*, event_id: int, seller: User, section: str, subsection: int, seats: list[str]) -> Subsection:
    """Brings blocked seats back on sale, all or none. Raises SeatsTaken with those not blocked."""
    return _change(event_id, seller, section, subsection, seats, ChangeKind.UNBLOCKED)


def block_free_seats(*, event_id: int, seller: User, section: str, subsection: int) -> int:
    """Takes all seats of one block out of sale that are free; returns how many. None free is fine."""
    return _change_all(event_id, seller, section, subsection, ChangeKind.BLOCKED)


def unblock_all_seats(*, event_id: int, seller: User, section: str, subsection: int) -> int:
    """Brings all blocked seats of one block back on sale; returns how many. None blocked is fine."""
    return _change_all(event_id, seller, section, subsection, ChangeKind.UNBLOCKED)


@durably
def _change(
    event_id: int, seller: User, section: str, subsection: int, seats: list[str], kind: ChangeKind
) -> Subsection:
    event = own_event(event_id, seller)
    named = subsection_of(event_id, section, subsection)
    positions = positions_of(seats, rows=named.rows, cols=named.cols)

    block = lock_subsection(named.pk)
    change_seats(subsection=block, positions=positions, kind=kind)
    follow_seats(event, block)
    return block


@durably
def _change_all(event_id: int, seller: User, section: str, subsection: int, kind: ChangeKind) -> int:
    event = own_event(event_id, seller)
    named = subsection_of(event_id, section, subsection)

    block = lock_subsection(named.pk)
    letter = SEAT_STEPS[kind][0].value[0]
    positions = [position for position, state in enumerate(block.letters) if state == letter]
    if not positions:
        return 0
    change_seats(subsection=block, positions=positions, kind=kind)
    follow_seats(event, block)
    return len(positions)
