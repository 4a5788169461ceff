"""Creates an event with its subsections and all its tickets."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from accounts.models import User
from core.transactions import retrying_transaction
from events.lifecycle.dates import DATES, check_dates
from events.lifecycle.place import PLACE, apply_place, lock_venue
from events.lifecycle.publication import check_may_publish
from events.models import DEFAULT_CURRENCY, Event, Subsection
from events.ownership import lock_seller
from events.pricing import check_seating_prices
from events.seating.configuration import Seating
from events.states import EventStatus
from events.wall_clocks import set_wall_clocks

COPY_TICKETS = "COPY events_ticket (event_id, subsection_id, position) FROM STDIN"
SEATS_PER_CHUNK = 10_000  # about 200 kB per write to the database, so that a large event never fills the memory
# Progress is reported after each COPY: when it ends, the database has written its rows. Before that the driver may have
# accepted rows that the database has not processed yet.
SEATS_PER_COPY = 10_000


def ignore_progress(seats: int) -> None:
    """Do nothing; the default for `on_progress` of `write_event`."""


@retrying_transaction
def create_event(*, seller: User, seating: Seating, draft: bool = False, **fields: Any) -> Event:
    """Create an event, its subsections and all its tickets in one transaction.

    `fields` are the other columns of Event. The event is on sale at once, unless `draft` is true. Raises BadInput if
    its dates contradict each other, its place isn't the seller's or its prices can't be charged; AddressNotConfirmed;
    PermissionRefused if the seller's account has been deleted.
    """
    return write_event(seller=seller, seating=seating, draft=draft, **fields)


def write_event(
    *,
    seller: User,
    seating: Seating,
    draft: bool = False,
    on_progress: Callable[[int], None] = ignore_progress,
    **fields: Any,
) -> Event:
    """Create an event like `create_event`, in the caller's transaction.

    `on_progress` is called after every SEATS_PER_COPY seats with the number of seats written so far.

    The tickets are written with COPY; the column's default makes them available. The trigger on tickets does not run on
    inserts, because the subsections are created with their counts.
    """
    check_seating_prices(seating, fields.get("currency", DEFAULT_CURRENCY))
    if not draft:
        check_may_publish(seller)
    event = Event(
        seller=seller,
        seating_config=seating.config,
        status=EventStatus.DRAFT if draft else EventStatus.AVAILABLE,
        **fields,
    )
    lock_venue(event.venue_id)
    apply_place(event, fields.keys() & PLACE)
    check_dates(event)
    set_wall_clocks(event, DATES)
    event.save(force_insert=True)
    subsections = Subsection.objects.bulk_create(seating.new_subsections(event.pk), batch_size=1_000)
    _copy_tickets(subsections, on_progress)
    lock_seller(seller.pk)
    return event


def _copy_tickets(subsections: Iterable[Subsection], on_progress: Callable[[int], None]) -> None:
    written = 0
    # Django wraps the driver's errors only in execute(). With `wrap_database_errors`, a lost database here gives a 503
    # response, too.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        for chunks, seats in _copies(subsections):
            with cursor.copy(COPY_TICKETS) as copy:
                for chunk in chunks:
                    copy.write(chunk)
            written += seats
            on_progress(written)


def _copies(subsections: Iterable[Subsection]) -> Iterator[tuple[list[str], int]]:
    """Yield (rows as chunks of text, number of seats) for each COPY statement."""
    chunks: list[str] = []
    seats = 0
    for subsection in subsections:
        for chunk in _chunks(subsection):
            chunks.append(chunk)
            seats += chunk.count("\n")
            if seats >= SEATS_PER_COPY:
                yield chunks, seats
                chunks, seats = [], 0
    if chunks:
        yield chunks, seats


def _chunks(subsection: Subsection) -> Iterator[str]:
    prefix = f"{subsection.event_id}\t{subsection.pk}\t"
    for first in range(0, subsection.total, SEATS_PER_CHUNK):
        last = min(first + SEATS_PER_CHUNK, subsection.total)
        yield "".join([f"{prefix}{position}\n" for position in range(first, last)])
