"""Taking free seats out of sale and back."""

from collections.abc import Iterator, Sequence

from accounts.models import User
from accounts.transactions import durably
from events.models import Subsection
from events.operations.change import own_event
from events.operations.life import follow_seats
from events.operations.seats import change_all_seats, change_seats, lock_subsection, lock_subsections
from events.positions import positions_of
from events.reads import subsection_of
from events.states import ChangeKind
from ticketing.errors import NotFound

MOST_SEATS = 5_000  # changed in one transaction


def block_seats(*, event_id: int, seller: User, section: str, subsection: int, seats: list[str]) -> Subsection:
    """Takes free seats ("row-seat") of one block out of sale, all or none. Raises SeatsTaken with those not free."""
    return _change(event_id, seller, section, subsection, seats, ChangeKind.BLOCKED)


def unblock_seats(*, event_id: int, seller: User, section: str, subsection: int, seats: list[str]) -> Subsection:
    """Brings blocked seats back on sale, all or none. Raises SeatsTaken with those not blocked."""
    return _change(event_id, seller, section, subsection, seats, ChangeKind.UNBLOCKED)


def block_free_seats(*, event_id: int, seller: User, blocks: Sequence[int]) -> dict[int, int]:
    """Takes all seats of these blocks (their keys) out of sale that are free; {block: seats} where there were any.

    All these blocks are locked at once: see `parts_of`.
    """
    return _change_all(event_id, seller, blocks, ChangeKind.BLOCKED)


def unblock_all_seats(*, event_id: int, seller: User, blocks: Sequence[int]) -> dict[int, int]:
    """Brings all blocked seats of these blocks back on sale; likewise."""
    return _change_all(event_id, seller, blocks, ChangeKind.UNBLOCKED)


def parts_of(blocks: Sequence[Subsection]) -> Iterator[list[Subsection]]:
    """The blocks in parts, of which each is one transaction: buyers wait for no more than MOST_SEATS to be changed."""
    part: list[Subsection] = []
    seats = 0
    for block in blocks:
        if part and seats + block.total > MOST_SEATS:
            yield part
            part, seats = [], 0
        part.append(block)
        seats += block.total
    if part:
        yield part


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
def _change_all(event_id: int, seller: User, blocks: Sequence[int], kind: ChangeKind) -> dict[int, int]:
    event = own_event(event_id, seller)
    locked = lock_subsections(blocks)
    if len(locked) < len(set(blocks)) or any(block.event_id != event_id for block in locked):
        raise NotFound("This event has no such block.")
    changed = change_all_seats(blocks=locked, kind=kind)
    follow_seats(event, *(block for block in locked if block.pk in changed))
    return changed
