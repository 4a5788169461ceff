"""What a scanner needs to work offline.

Without a network a scanner verifies signed codes with the public key, and refuses the void serials. To check typed
numbers as well, it asks for the list of tickets once, and from then on for the tickets that were issued since. The list
has no names: a lost phone must not tell who comes to the event.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Coalesce

from bookings.checkin.selectors import counts
from bookings.holds.kinds import KindAndNote
from bookings.holds.places import BlockName, block_name
from bookings.states import AdmissionStatus, BookedKind
from bookings.tickets.codes import public_key
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_text
from core.clock import database_now
from events.models import Event, Subsection

# A ticket may be committed this long after its `issued_at`, so that the manifest of a moment may not have it yet.
COMMITTED_WITHIN = timedelta(minutes=5)
COLUMNS = ("serials", "subsections", "positions", "references", "bookings", "remarks")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # no ticket is older, and the year 1 minus five minutes is no time


def _of_seat(column: str) -> Coalesce:
    """Return the item of a ticket's seat in a list of its booking: `(seat_names)[array_position(positions, position)]`.

    It is "" if the booking has no such list.
    """
    item = Func(
        F(f"booking__{column}"),
        Func(F("booking__positions"), F("position"), function="array_position"),
        template="(%(expressions)s]",
        arg_joiner=")[",
        output_field=TextField(),
    )
    return Coalesce(item, Value("", TextField()))


def manifest(event: Event, *, with_tickets: bool = False, since: datetime | None = None) -> dict[str, Any]:
    """Return the manifest of an event: key, void serials, times of the event, counts, and on request the tickets.

    `since` is `generated_at` of an earlier manifest; only tickets issued since are listed then (some of them again).
    Void serials are decimal strings because they may exceed 2^53, beyond which JavaScript rounds integers.
    """
    generated_at = database_now()
    void = Admission.objects.filter(event=event, status=AdmissionStatus.VOID).order_by()
    return {
        "event_id": event.pk,
        "public_key": public_key(),
        "void": [str(serial) for serial in void.values_list("serial", flat=True)],
        "starts_at": event.starts_at,
        "ends_at": event.over_at,
        "counts": counts(event),
        **(_seats(event, since) if with_tickets else {}),
        "generated_at": generated_at,
    }


def _seats(event: Event, since: datetime | None) -> dict[str, Any]:
    blocks = Subsection.objects.filter(event=event).only("section", "number", "kind", "cols")
    return {
        "subsections": [_block(block, block_name(block, event)) for block in blocks],
        "tickets": _columns(event, since),
    }


def _block(block: Subsection, name: BlockName) -> dict[str, Any]:
    place = {"section": block.section, "subsection": block.number, "kind": block.kind}
    return {"id": block.pk, **place, "block_name": name.text, "row_word": name.row_word, "cols": block.cols}


def _columns(event: Event, since: datetime | None) -> dict[str, list[Any]]:
    """Return the valid tickets as columns of equal length, which are a third smaller than one object per ticket.

    The names of drawn seats are a column, and not part of the blocks, because a scanner fetches only what is new.
    """
    issued = Q() if since is None else Q(issued_at__gte=max(since, EPOCH) - COMMITTED_WITHIN)
    tickets = Admission.objects.filter(issued, event=event).exclude(status=AdmissionStatus.VOID).order_by()
    members: list[Any] = [_of_seat("seat_kinds"), _of_seat("seat_notes")]
    members += ["serial", "subsection_id", "position", "reference", "booking__reference"]
    names = COLUMNS if event.plan_version_id is None else (*COLUMNS, "names")
    members += [_of_seat("seat_names")] if "names" in names else []
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for kind, note, serial, subsection, position, reference, booking, *name in tickets.values_list(*members):
        remark = KindAndNote(BookedKind(kind or BookedKind.SEAT), note).remark()
        values = (serial_text(serial), subsection, position, reference, booking, remark, *name)
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)
    return columns
