"""What scanners did without a network becomes part of the record."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import User
from accounts.transactions import durably
from bookings.codes import ForgedCode, read_code
from bookings.errors import TicketVoid
from bookings.gate import NO_TICKET, gate_event
from bookings.models import Admission, CheckIn
from bookings.operations.check_in import entry_body, place_of
from bookings.scans import ScanKey, Scans, key_of
from bookings.states import AdmissionStatus, CheckInKind
from events.clock import database_now

MAX_SCANS = 1_000  # a call


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as a scanner reports it; `scanned_at` by its clock."""

    code: str
    scanned_at: datetime
    device: str = ""

    @property
    def key(self) -> ScanKey:
        """By what it is known again."""
        return self.device, self.scanned_at


class Verdict(NamedTuple):
    """What became of a scan: accepted, already_checked_in, void or forged, and the words and facts that go with it."""

    result: str
    facts: dict[str, Any]


FORGED = Verdict("forged", {"detail": NO_TICKET})


def merge_scans(*, event_id: int, scans: list[Scan], by: User) -> list[Verdict]:
    """The verdict on each scan, in order. The earliest scan of a ticket is its entry, whenever it is reported; later
    ones are duplicates and are written down as conflicts.

    One transaction and one lock a ticket, so that no order of locks can be wrong. What an interrupted call has not
    done the next one does: the same scans again change nothing and have the same verdicts. Raises NotFound,
    PermissionRefused.
    """
    gate_event(event_id, by)
    admissions = _admissions(event_id, scans)
    of_ticket: dict[Admission, list[ScanKey]] = defaultdict(list)
    for scan in scans:
        if scan.code in admissions:
            of_ticket[admissions[scan.code]].append(scan.key)
    verdicts = {ticket: _merge(ticket, keys, by) for ticket, keys in of_ticket.items()}
    return [verdicts[admissions[scan.code]][scan.key] if scan.code in admissions else FORGED for scan in scans]


def _admissions(event_id: int, scans: list[Scan]) -> dict[str, Admission]:
    """The tickets of the genuine codes among the scans."""
    serials: dict[str, int] = {}
    for code in {scan.code for scan in scans}:
        try:
            serials[code] = read_code(code).serial
        except ForgedCode:
            continue
    tickets = Admission.objects.filter(event_id=event_id, serial__in=serials.values()).select_related("subsection")
    by_serial = {ticket.serial: ticket for ticket in tickets}
    return {code: by_serial[serial] for code, serial in serials.items() if serial in by_serial}


@durably
def _merge(ticket: Admission, keys: list[ScanKey], by: User) -> dict[ScanKey, Verdict]:
    """The verdicts on the scans of one ticket.

    1. Lock the ticket.
    2. Add what is not known yet, find the first of each stay.
    3. Write: the new scans, those which lost their place to an earlier one, and who is inside now.
    """
    locked = Admission.objects.select_for_update(no_key=True).values_list("status", "void_at").get(pk=ticket.pk)
    ticket.status, ticket.void_at = locked
    known = list(ticket.check_ins.select_related("by"))
    new = _new_scans(ticket, keys, known, by)
    counting = [row for row in [*known, *new] if ticket.void_at is None or row.recorded_at <= ticket.void_at]
    scans = Scans(counting)

    for row in new:
        first = row in counting and scans.first_with(key_of(row)) is row
        row.kind = CheckInKind.ACCEPTED if first else CheckInKind.CONFLICT
    CheckIn.objects.bulk_create([*new, *_displaced(known, scans)])
    _follow(ticket, scans.entry)
    return {key: _verdict(ticket, key, scans) for key in keys}


def _new_scans(ticket: Admission, keys: Iterable[ScanKey], known: list[CheckIn], by: User) -> list[CheckIn]:
    seen = {key_of(row) for row in known if row.kind != CheckInKind.UNDONE}
    now = database_now()
    return [
        CheckIn(
            event_id=ticket.event_id,
            admission=ticket,
            by=by,
            device=device,
            scanned_at=scanned_at,
            recorded_at=now,
        )
        for device, scanned_at in dict.fromkeys(keys)
        if (device, scanned_at) not in seen
    ]


def _displaced(known: list[CheckIn], scans: Scans) -> list[CheckIn]:
    """Conflict rows for accepted scans that an earlier one has turned into duplicates."""
    noted = {key_of(row) for row in known if row.kind == CheckInKind.CONFLICT}
    accepted = [row for row in known if row.kind == CheckInKind.ACCEPTED and key_of(row) in scans]
    lost = [row for row in accepted if key_of(row) not in noted and scans.first_with(key_of(row)) is not row]
    now = database_now()
    return [
        CheckIn(
            event_id=row.event_id,
            admission=row.admission,
            kind=CheckInKind.CONFLICT,
            by=row.by,
            device=row.device,
            scanned_at=row.scanned_at,
            recorded_at=max(now, row.recorded_at),
        )
        for row in lost
    ]


def _follow(ticket: Admission, entry: CheckIn | None) -> None:
    """The locked ticket is used since its entry. Nobody inside, or void: it stays as it is."""
    if entry is None or ticket.status == AdmissionStatus.VOID:
        return
    Admission.objects.filter(pk=ticket.pk).update(status=AdmissionStatus.USED, used_at=entry.counted_at)


def _verdict(ticket: Admission, key: ScanKey, scans: Scans) -> Verdict:
    place = place_of(ticket)
    if key not in scans:
        return Verdict("void", {**place, "detail": TicketVoid.detail})
    first = scans.first_with(key)
    result = "accepted" if key_of(first) == key else "already_checked_in"
    return Verdict(result, {**place, **entry_body(first)})
