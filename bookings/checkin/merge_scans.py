"""Merges scans that were made offline into the check-in log."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from accounts.models import User
from bookings.checkin.check_in import entry_body, place_body
from bookings.checkin.models import CheckIn
from bookings.checkin.scans import ScanKey, Scans, is_possible, key_of
from bookings.checkin.selectors import check_in_event
from bookings.checkin.ticket_codes import admissions_of
from bookings.errors import TicketForged, TicketVoid
from bookings.states import AdmissionStatus, CheckInKind
from bookings.tickets.models import Admission
from core.clock import database_now
from core.errors import NotFound
from core.transactions import retrying_transaction

MAX_SCANS = 1_000  # in one call


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as a scanner reports it; `scanned_at` is by the scanner's clock."""

    code: str
    scanned_at: datetime
    device: str = ""

    @property
    def key(self) -> ScanKey:
        """Device and time of the scan, which identify it among the scans of its ticket."""
        return self.device, self.scanned_at


class ScanOutcome(NamedTuple):
    """The outcome of a scan.

    `result` is accepted, already_checked_in, void, unknown or forged. `details` has further fields of the API's result.
    """

    result: str
    details: dict[str, Any]


def merge_scans(*, event_id: int, scans: list[Scan], by: User) -> list[ScanOutcome]:
    """Record the scans and return their outcomes in the same order.

    The earliest scan of a ticket is its entry, with which the holder came in, even if it is reported late; later scans
    are recorded as conflicts. A scan with an impossible time (`is_possible`), from a scanner whose clock is wrong,
    counts from now: it is no reason to turn somebody away, or to call the right scan of another gate a second one.
    Repeating a call changes nothing and returns the same outcomes, so an interrupted call can be sent again.

    Each ticket is locked and merged in its own transaction, so that calls can't deadlock. Raises NotFound,
    PermissionRefused.
    """
    check_in_event(event_id, by)
    found = admissions_of(event_id, {scan.code for scan in scans})
    keys_by_ticket: dict[Admission, list[ScanKey]] = defaultdict(list)
    for scan in scans:
        ticket = found[scan.code]
        if isinstance(ticket, Admission):
            keys_by_ticket[ticket].append(scan.key)
    merged = {ticket: _merge(ticket, keys, by) for ticket, keys in keys_by_ticket.items()}
    return [
        merged[ticket][scan.key] if isinstance(ticket := found[scan.code], Admission) else _no_ticket(ticket)
        for scan in scans
    ]


def _no_ticket(error: NotFound) -> ScanOutcome:
    """Return the outcome of a scan that names no ticket of the event."""
    return ScanOutcome("forged" if isinstance(error, TicketForged) else "unknown", {"detail": str(error)})


@retrying_transaction
def _merge(ticket: Admission, keys: list[ScanKey], by: User) -> dict[ScanKey, ScanOutcome]:
    """Record the scans of one ticket and return their outcomes.

    1. Lock the ticket.
    2. Add the scans that are not recorded yet, and find the entry of each period between undos.
    3. Write the new scans, conflicts for accepted scans that are no longer the entry, and the ticket's status.
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
    _update_status(ticket, scans.entry)
    return {key: _outcome(ticket, key, scans) for key in keys}


def _new_scans(ticket: Admission, keys: Iterable[ScanKey], known: list[CheckIn], by: User) -> list[CheckIn]:
    known_keys = {key_of(row) for row in known if row.kind != CheckInKind.UNDONE}
    now = database_now()
    return [
        CheckIn(
            event_id=ticket.event_id,
            admission=ticket,
            by=by,
            device=device,
            scanned_at=scanned_at,
            recorded_at=now,
            clock_ignored=not is_possible(scanned_at, ticket=ticket, now=now),
        )
        for device, scanned_at in sorted(set(keys), key=itemgetter(1, 0))  # the log tells them in this order
        if (device, scanned_at) not in known_keys
    ]


def _displaced(known: list[CheckIn], scans: Scans) -> list[CheckIn]:
    """Return conflict rows for accepted scans that are no longer the entry, because an earlier scan was reported."""
    conflicts = {key_of(row) for row in known if row.kind == CheckInKind.CONFLICT}
    accepted = [row for row in known if row.kind == CheckInKind.ACCEPTED and key_of(row) in scans]
    displaced = [row for row in accepted if key_of(row) not in conflicts and scans.first_with(key_of(row)) is not row]
    now = database_now()
    return [
        CheckIn(
            event_id=row.event_id,
            admission=row.admission,
            kind=CheckInKind.CONFLICT,
            by=row.by,
            device=row.device,
            scanned_at=row.scanned_at,
            clock_ignored=row.clock_ignored,
            recorded_at=max(now, row.recorded_at),
        )
        for row in displaced
    ]


def _update_status(ticket: Admission, entry: CheckIn | None) -> None:
    """Mark the locked ticket as used since its entry. A ticket that is void or has no entry stays unchanged."""
    if entry is None or ticket.status == AdmissionStatus.VOID:
        return
    Admission.objects.filter(pk=ticket.pk).update(status=AdmissionStatus.USED, used_at=entry.counted_at)


def _outcome(ticket: Admission, key: ScanKey, scans: Scans) -> ScanOutcome:
    place = place_body(ticket)
    if key not in scans:
        return ScanOutcome("void", {**place, "detail": TicketVoid.detail})
    first = scans.first_with(key)
    result = "accepted" if key_of(first) == key else "already_checked_in"
    return ScanOutcome(result, {**place, **entry_body(first)})
