"""A new event with every ticket."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from accounts.models import User
from accounts.transactions import durably
from events.models import Event, Subsection
from events.seating import Seating
from events.states import EventStatus

COPY_TICKETS = "COPY events_ticket (event_id, subsection_id, position) FROM STDIN"
SEATS_A_CHUNK = 10_000  # about 200 kB a write to the database; the whole event never lies in memory
SEATS_A_COPY = (
    10_000  # what the driver has taken, the database may have still before it; what a COPY has ended with, not
)


def nobody(seats: int) -> None:
    """Is told how many seats are written and does nothing with it."""


@durably
def create_event(*, seller: User, seating: Seating, draft: bool = False, **fields: Any) -> Event:
    """Creates an event, its blocks and all its tickets, in one transaction: all of it or nothing.

    `fields`: the other columns of Event. The event is on sale at once unless it is a draft.
    """
    return write_event(seller=seller, seating=seating, draft=draft, **fields)


def write_event(
    *, seller: User, seating: Seating, draft: bool = False, told: Callable[[int], None] = nobody, **fields: Any
) -> Event:
    """As `create_event`, inside a transaction of the caller's. `told` hears now and then how many seats are written.

    Tickets go in by COPY, as they are available by the column's default; the trigger does not run on inserts,
    since the blocks are made with their counts.
    """
    event = Event.objects.create(
        seller=seller,
        seating_config=seating.config,
        status=EventStatus.DRAFT if draft else EventStatus.AVAILABLE,
        **fields,
    )
    blocks = Subsection.objects.bulk_create(seating.blocks(event.pk), batch_size=1_000)
    _copy_tickets(blocks, told)
    return event


def _copy_tickets(blocks: Iterable[Subsection], told: Callable[[int], None]) -> None:
    written = 0
    # Django wraps the driver's errors only in execute(); a database that goes away here is answered 503 as well.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        for part, seats in _parts(blocks):
            with cursor.copy(COPY_TICKETS) as copy:
                for chunk in part:
                    copy.write(chunk)
            written += seats
            told(written)


def _parts(blocks: Iterable[Subsection]) -> Iterator[tuple[list[str], int]]:
    part: list[str] = []
    seats = 0
    for block in blocks:
        for chunk in _chunks(block):
            part.append(chunk)
            seats += chunk.count("\n")
            if seats >= SEATS_A_COPY:
                yield part, seats
                part, seats = [], 0
    if part:
        yield part, seats


def _chunks(block: Subsection) -> Iterator[str]:
    prefix = f"{block.event_id}\t{block.pk}\t"
    for first in range(0, block.total, SEATS_A_CHUNK):
        last = min(first + SEATS_A_CHUNK, block.total)
        yield "".join([f"{prefix}{position}\n" for position in range(first, last)])
