"""Blocks free seats (takes them out of sale) and unblocks them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from accounts.models import User
from core.errors import NotFound
from core.transactions import retrying_transaction
from events.errors import EventCancelled
from events.inventory.seats import (
    change_all_seats,
    change_seats,
    lock_subsection,
    lock_subsections,
)
from events.inventory.sold_out import refresh_event_status
from events.inventory.subsections import subsection_of
from events.models import Event, Layout, Subsection
from events.ownership import own_event
from events.seating.names import layout_of, names_in
from events.states import SEAT_TRANSITIONS, ChangeKind, EventStatus

MAX_SEATS = 5_000  # changed in one transaction


class ChangedSeats(NamedTuple):
    """The subsection with its new counts, and the names of all seats that were changed."""

    subsection: Subsection
    seats: list[str]


def block_seats(*, event_id: int, seller: User, section: str, subsection: int, seats: list[str]) -> ChangedSeats:
    """Take free seats (by name) of one subsection out of sale, all or none.

    The others at a table that is sold as a whole go with them, because nobody can buy only some of its seats.
    Locks the subsection. Raises NotFound, PermissionRefused, EventCancelled, BadInput, and SeatsTaken with the seats
    that are not free.
    """
    return _change(event_id, seller, section, subsection, seats, ChangeKind.BLOCKED)


def unblock_seats(*, event_id: int, seller: User, section: str, subsection: int, seats: list[str]) -> ChangedSeats:
    """Put blocked seats (by name) of one subsection back on sale, all or none; whole tables as in `block_seats`.

    Locks the subsection. Raises NotFound, PermissionRefused, EventCancelled, BadInput, and SeatsTaken with the
    seats that are not blocked.
    """
    return _change(event_id, seller, section, subsection, seats, ChangeKind.UNBLOCKED)


def block_free_seats(*, event_id: int, seller: User, subsection_ids: Sequence[int]) -> dict[int, int]:
    """Take all free seats of these subsections (ids) out of sale; return {subsection id: number of seats changed}.

    Subsections without a free seat are left out of the result. Locks all the subsections in one transaction; use
    `batches_of` to keep it short. Raises NotFound, PermissionRefused, EventCancelled.
    """
    return _change_all(event_id, seller, subsection_ids, ChangeKind.BLOCKED)


def unblock_all_seats(*, event_id: int, seller: User, subsection_ids: Sequence[int]) -> dict[int, int]:
    """Put all blocked seats of these subsections back on sale; otherwise like `block_free_seats`."""
    return _change_all(event_id, seller, subsection_ids, ChangeKind.UNBLOCKED)


def batches_of(subsections: Sequence[Subsection]) -> Iterator[list[Subsection]]:
    """Yield the subsections in batches of at most MAX_SEATS seats; a larger subsection is a batch of its own.

    If the caller uses one transaction for each batch, buyers wait for the locks of one batch at most.
    """
    batch: list[Subsection] = []
    seats = 0
    for subsection in subsections:
        if batch and seats + subsection.total > MAX_SEATS:
            yield batch
            batch, seats = [], 0
        batch.append(subsection)
        seats += subsection.total
    if batch:
        yield batch


@retrying_transaction
def _change(event_id: int, seller: User, section: str, number: int, seats: list[str], kind: ChangeKind) -> ChangedSeats:
    event = _own_event_in_sale(event_id, seller)
    subsection = lock_subsection(subsection_of(event_id, section, number).pk)
    layout = layout_of(subsection)
    names = names_in(subsection, layout)
    positions = names.positions(seats)
    if layout is not None:
        positions += _others_at_whole_tables(subsection, layout, positions, kind)
    change_seats(subsection=subsection, positions=positions, kind=kind)
    refresh_event_status(event, subsection)
    return ChangedSeats(subsection, names.names(positions))


def _others_at_whole_tables(
    subsection: Subsection, layout: Layout, positions: Sequence[int], kind: ChangeKind
) -> list[int]:
    """Return the seats that share a whole table with these positions and don't have the status after the change yet."""
    after = SEAT_TRANSITIONS[kind][1][0]
    chosen = set(positions)
    tables = [range(start, start + size) for start, size in layout.whole_tables()]
    touched = [table for table in tables if not chosen.isdisjoint(table)]
    return [seat for table in touched for seat in table if seat not in chosen and subsection.seat_status[seat] != after]


@retrying_transaction
def _change_all(event_id: int, seller: User, subsection_ids: Sequence[int], kind: ChangeKind) -> dict[int, int]:
    event = _own_event_in_sale(event_id, seller)
    locked = lock_subsections(subsection_ids)
    if len(locked) < len(set(subsection_ids)) or any(subsection.event_id != event_id for subsection in locked):
        raise NotFound("This event has no such block.")
    changed = change_all_seats(subsections=locked, kind=kind)
    refresh_event_status(event, *(subsection for subsection in locked if subsection.pk in changed))
    return changed


def _own_event_in_sale(event_id: int, seller: User) -> Event:
    """Return the seller's event. Raises NotFound, PermissionRefused, and EventCancelled: it has no seats for sale."""
    event = own_event(event_id, seller)
    if event.status == EventStatus.CANCELLED:
        raise EventCancelled
    return event
