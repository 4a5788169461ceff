"""Serializers of the check-in API."""

from typing import Any

from rest_framework import serializers

from bookings.checkin.check_in import entry_body, place_body
from bookings.checkin.merge_scans import MAX_SCANS
from bookings.checkin.models import CheckIn
from bookings.holds.kinds import KIND, NOTE, REMARK
from bookings.holds.places import ROW_LABEL, SEAT_LABEL
from bookings.references import reference_field
from bookings.states import AdmissionStatus, BookedKind, CheckInKind
from bookings.tickets.models import Admission
from core.http.bodies import Body
from core.http.fields import MomentField
from core.http.json_types import Flag, ListOf
from core.http.texts import Line, Text
from core.openapi import Problem
from events.states import SubsectionKind

BLOCK_NAME = 'What people call the block: "Section A, block 1", or "Parkett links".'
ROW_WORD = "What the rows of the block are."
MAX_CODE_LENGTH = 1_000  # characters; our codes have about 130, and any other scanned text gets a result


class CodeField(Text):
    """The code of a ticket, as scanned or typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=MAX_CODE_LENGTH,
            help_text="The signed code in the ticket's QR, or a number on the ticket: its reference (`N7M2RX4D`) or"
            " serial (`2CAF-4CAF-E16B-B6AC`), in any case, with or without separators.",
            **options,
        )


class ScannedCode(Body):
    """A scan. `device` names the scanner's place.

    A scan with `scanned_at` may be sent again if no response came, however late: it is recorded once.
    """

    code = CodeField()
    device = Line(max_length=100, required=False, allow_blank=True, default="")
    scanned_at = MomentField(required=False, allow_null=True, default=None)
    refuse_early = Flag(
        required=False,
        default=False,
        help_text="Refuse with 409 `too_early`, instead of accepting, if the event begins in more than a day.",
    )


class CodeToUndo(Body):
    """The code of a ticket whose check-in is undone."""

    code = CodeField()
    device = Line(max_length=100, required=False, allow_blank=True, default="")


CLOCK_IGNORED = (
    "The scanner's time doesn't count, because the ticket can't have been scanned then: it is more than a day before"
    " the ticket was issued, or later than the report (or, for a scan that came alone, more than a minute ago)."
    " The entry counts, from the time at which it was recorded."
)


class Place(serializers.Serializer[Any]):
    """The number of a ticket, its seat and the name of its holder."""

    serial = serializers.CharField(help_text="16 hexadecimal digits in groups of four.")
    reference = reference_field("What people call the ticket.")
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    subsection_kind = serializers.ChoiceField(choices=SubsectionKind.choices)
    block_name = serializers.CharField(help_text=BLOCK_NAME)
    row_word = serializers.ChoiceField(choices=["row", "table"], help_text=ROW_WORD)
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    row_label = serializers.CharField(help_text=ROW_LABEL)
    seat_label = serializers.CharField(help_text=SEAT_LABEL)
    seat_kind = serializers.ChoiceField(choices=BookedKind.choices, help_text=KIND)
    seat_note = serializers.CharField(help_text=NOTE)
    remark = serializers.CharField(help_text=REMARK)
    holder = serializers.CharField()


class Accepted(Place):
    """A successful check-in."""

    result = serializers.ChoiceField(choices=["accepted"])
    checked_in_at = serializers.DateTimeField()
    early = serializers.BooleanField(help_text="The event begins in more than a day: the scan may be a mistake.")
    starts_at = serializers.DateTimeField(allow_null=True, help_text="When the event begins.")


class Undone(serializers.Serializer[Any]):
    """A check-in was undone; the ticket can be used again."""

    result = serializers.ChoiceField(choices=["undone"])


class NotLetIn(Problem):
    """A ticket that admits nobody, with its seat.

    409: it is already checked in (with the check-in), or the event is far away (with `starts_at`). 410: it is void.
    """

    serial = serializers.CharField(required=False)
    reference = serializers.CharField(required=False)
    section = serializers.CharField(required=False)
    subsection = serializers.IntegerField(required=False)
    subsection_kind = serializers.ChoiceField(choices=SubsectionKind.choices, required=False)
    block_name = serializers.CharField(required=False)
    row_word = serializers.ChoiceField(choices=["row", "table"], required=False)
    row = serializers.IntegerField(required=False)
    seat = serializers.IntegerField(required=False)
    row_label = serializers.CharField(required=False)
    seat_label = serializers.CharField(required=False)
    seat_kind = serializers.ChoiceField(choices=BookedKind.choices, required=False)
    seat_note = serializers.CharField(required=False)
    remark = serializers.CharField(required=False, help_text=REMARK)
    holder = serializers.CharField(required=False)
    checked_in_at = serializers.DateTimeField(required=False)
    device = serializers.CharField(required=False, help_text="Where the ticket was checked in.")
    by = serializers.CharField(required=False, help_text="The person who checked the ticket in.")
    clock_ignored = serializers.BooleanField(required=False, help_text="`checked_in_at` is the time of the record.")
    starts_at = serializers.DateTimeField(required=False, help_text="Of the event, with `too_early`.")


class Counts(serializers.Serializer[Any]):
    """How many people are in, of how many."""

    checked_in = serializers.IntegerField(help_text="Tickets that are checked in.")
    issued = serializers.IntegerField(help_text="Valid tickets, checked in or not.")


class Block(serializers.Serializer[Any]):
    """A block of seats or a standing area.

    In a grid, the seat at a `position` is in row `position // cols + 1` and has the number `position % cols + 1`.
    """

    id = serializers.IntegerField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SubsectionKind.choices)
    block_name = serializers.CharField(help_text=BLOCK_NAME)
    row_word = serializers.ChoiceField(choices=["row", "table"], help_text=ROW_WORD)
    cols = serializers.IntegerField()


class TicketColumns(serializers.Serializer[Any]):
    """Valid tickets as columns: the first item of each list belongs to the first ticket, and so on."""

    serials = serializers.ListField(child=serializers.CharField(), help_text="16 hexadecimal digits each.")
    subsections = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of blocks.")
    positions = serializers.ListField(child=serializers.IntegerField())
    references = serializers.ListField(child=serializers.CharField(), help_text="Of the tickets.")
    bookings = serializers.ListField(child=serializers.CharField(), help_text="References of the bookings.")
    names = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text='Of the seats, as "C-12"; "" outside of drawn blocks. Only for events on a seating plan.',
    )
    remarks = serializers.ListField(child=serializers.CharField(allow_blank=True), help_text=REMARK)


class Manifest(serializers.Serializer[Any]):
    """What a scanner needs to work offline. No names."""

    event_id = serializers.IntegerField()
    public_key = serializers.CharField(help_text="Ed25519, 32 bytes, base64url.")
    void = serializers.ListField(child=serializers.CharField(), help_text="Serials, as decimal strings.")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True, help_text="When the event is over; null without a date.")
    counts = Counts()
    subsections = Block(many=True, required=False, help_text="With `tickets=true`.")
    tickets = TicketColumns(required=False, help_text="With `tickets=true`.")
    generated_at = serializers.DateTimeField()


class ManifestQuery(serializers.Serializer[Any]):
    """What the manifest should have."""

    tickets = serializers.BooleanField(
        default=False,
        error_messages={"invalid": "This must be true or false."},
        help_text="Also list the valid tickets, to check typed numbers and to name the seats offline.",
    )
    since = MomentField(
        required=False,
        default=None,
        help_text="`generated_at` of an earlier manifest: of the tickets, list only those issued since.",
    )


class TicketQuery(serializers.Serializer[Any]):
    """What to find tickets by."""

    q = serializers.CharField(
        max_length=150,
        help_text="The number of a ticket, the reference or id of a booking, or at least three letters of the holder's"
        " name (two in Chinese, Japanese or Korean).",
    )


class FoundTicket(Place):
    """A ticket that was found, with its status and booking."""

    booking_id = serializers.UUIDField()
    booking_reference = reference_field("What people call the booking.")
    status = serializers.ChoiceField(choices=AdmissionStatus.choices)
    checked_in_at = serializers.DateTimeField(allow_null=True)


class FoundTickets(serializers.Serializer[Any]):
    """Tickets that were found."""

    found_by = serializers.ChoiceField(choices=["ticket", "booking", "name"], help_text="What the text was taken for.")
    tickets = FoundTicket(many=True)
    more = serializers.BooleanField(help_text="There are more tickets than are listed.")


class OfflineScan(Body):
    """A scan that was made offline.

    `scanned_at` is by the scanner's clock. If the ticket can't have been scanned then (more than a day before it was
    issued, or later than now), the scan counts from now, and its result has `clock_ignored`.
    """

    code = CodeField(allow_blank=True)
    scanned_at = MomentField()
    device = Line(max_length=100, required=False, allow_blank=True, default="")


class Batch(Body):
    """Up to 1,000 offline scans."""

    scans = ListOf(child=OfflineScan(), max_length=MAX_SCANS)


class ScanResult(serializers.Serializer[Any]):
    """The result of one scan; for a ticket of the event also the seat, its holder and the check-in that counts."""

    code = serializers.CharField()
    result = serializers.ChoiceField(choices=["accepted", "already_checked_in", "void", "unknown", "forged"])
    scanned_at = serializers.DateTimeField()
    serial = serializers.CharField(required=False)
    reference = serializers.CharField(required=False)
    section = serializers.CharField(required=False)
    subsection = serializers.IntegerField(required=False)
    subsection_kind = serializers.ChoiceField(choices=SubsectionKind.choices, required=False)
    block_name = serializers.CharField(required=False)
    row_word = serializers.ChoiceField(choices=["row", "table"], required=False)
    row = serializers.IntegerField(required=False)
    seat = serializers.IntegerField(required=False)
    row_label = serializers.CharField(required=False)
    seat_label = serializers.CharField(required=False)
    seat_kind = serializers.ChoiceField(choices=BookedKind.choices, required=False)
    seat_note = serializers.CharField(required=False)
    remark = serializers.CharField(required=False, help_text=REMARK)
    holder = serializers.CharField(required=False)
    checked_in_at = serializers.DateTimeField(required=False, help_text="Of the check-in that counts.")
    device = serializers.CharField(required=False, help_text="Of the check-in that counts.")
    by = serializers.CharField(required=False, help_text="Of the check-in that counts.")
    clock_ignored = serializers.BooleanField(required=False, help_text=f"Of the check-in that counts. {CLOCK_IGNORED}")
    detail = serializers.CharField(required=False)


class BatchResult(serializers.Serializer[Any]):
    """One result for each scan, in the order of the request."""

    results = ScanResult(many=True)


class CheckInRow(Place):
    """One check-in, undo or conflict."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    device = serializers.CharField()
    by = serializers.CharField()
    scanned_at = serializers.DateTimeField(help_text="By the scanner's clock.")
    recorded_at = serializers.DateTimeField(help_text="By the server's clock.")
    clock_ignored = serializers.BooleanField(help_text="It counts from `recorded_at`: `scanned_at` was not believed.")


def found_ticket(ticket: Admission) -> dict[str, Any]:
    """Return a ticket, loaded with its subsection and booking, in the shape of FoundTicket."""
    booking = {"booking_id": ticket.booking_id, "booking_reference": ticket.booking.reference}
    return {**place_body(ticket), **booking, "status": ticket.status, "checked_in_at": ticket.used_at}


def check_in_row(row: CheckIn) -> dict[str, Any]:
    """Return a row of the check-in log in the shape of CheckInRow."""
    times = {"scanned_at": row.scanned_at, "recorded_at": row.recorded_at}
    entry = {name: value for name, value in entry_body(row).items() if name != "checked_in_at"}
    return {"id": row.pk, "kind": row.kind, **place_body(row.admission), **entry, **times}
