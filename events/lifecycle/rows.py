"""Writes the rows of an event's places in bulk: tickets, layouts, and which house seats are blocked."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from events.inventory.seats import change_many
from events.models import Layout, Subsection
from events.seating.drawn import DrawnBlock
from events.states import ChangeKind, PlaceKind, SubsectionKind

LAYOUT_COLUMNS = [field.column for field in Layout._meta.local_concrete_fields if field.column]
COPY_LAYOUTS = f"COPY events_layout ({', '.join(LAYOUT_COLUMNS)}) FROM STDIN"
COPY_TICKETS = "COPY events_ticket (event_id, subsection_id, position) FROM STDIN"
SEATS_PER_CHUNK = 10_000  # about 200 kB per write to the database, so that a large event never fills the memory
# Progress is reported after each COPY: when it ends, the database has written its rows. Before that the driver may have
# accepted rows that the database has not processed yet.
SEATS_PER_COPY = 10_000


def ignore_progress(seats: int) -> None:
    """Do nothing; the default for `on_progress` of `write_event`."""


def copy_tickets(subsections: Iterable[Subsection], on_progress: Callable[[int], None] = ignore_progress) -> None:
    """Write the tickets of new subsections, all of them available.

    `on_progress` is called after every SEATS_PER_COPY seats with the number of seats written so far.
    """
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


def write_layouts(blocks: Iterable[tuple[DrawnBlock, Subsection]]) -> None:
    """Write the layouts of new subsections; standing areas have none.

    With COPY, because Django prepares each number of each list for the database: 2 s for 50,000 seats.
    """
    drawn = [(block, subsection) for block, subsection in blocks if subsection.kind == SubsectionKind.DRAWN]
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY_LAYOUTS) as copy:
        for block, subsection in drawn:
            layout = block.new_layout(subsection)
            copy.write_row([_copied(getattr(layout, name)) for name in LAYOUT_COLUMNS])


def _copied(value: Any) -> str | None:
    """Return a column's value as Postgres reads it: a list as "{1,2}", with texts in quotes."""
    if value is None:
        return None
    if not isinstance(value, list):
        return str(value)
    if value and isinstance(value[0], str):
        quoted = (text.replace("\\", r"\\").replace('"', r"\"") for text in value)
        return '{"' + '","'.join(quoted) + '"}'
    return "{" + ",".join(["NULL" if number is None else str(number) for number in value]) + "}"


def block_house_seats(blocks: Iterable[tuple[DrawnBlock, Subsection]]) -> None:
    """Take the house seats of new subsections out of sale, as `block_seats` does, in two statements."""
    house = {subsection: block.positions(PlaceKind.HOUSE) for block, subsection in blocks}
    change_many({subsection: positions for subsection, positions in house.items() if positions}, ChangeKind.BLOCKED)
