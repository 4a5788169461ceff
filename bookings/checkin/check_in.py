"""Check in a ticket, and undo a check-in. A guarded update decides which of several simultaneous scans succeeds."""

from datetime import datetime, timedelta
from typing import Any, NoReturn, cast

from accounts.models import User
from bookings.checkin.models import CheckIn
from bookings.checkin.scans import Scans, is_possible, key_of
from bookings.checkin.selectors import check_in_event, is_early
from bookings.checkin.ticket_codes import admission_of
from bookings.errors import AlreadyCheckedIn, NotCheckedIn, TicketVoid, TooEarly
from bookings.states import AdmissionStatus, CheckInKind
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_of, ticket_block, ticket_place, ticket_special
from core.clock import Now, database_now
from core.transactions import retrying_transaction
from events.wall_clocks import clock_text

MAX_CLOCK_LAG = timedelta(minutes=1)  # an online scan with an older `scanned_at` counts by the database's clock


@retrying_transaction
def check_in(
    *,
    event_id: int,
    code: str,
    by: User,
    device: str = "",
    scanned_at: datetime | None = None,
    refuse_early: bool = False,
) -> tuple[Admission, CheckIn]:
    """Check in a ticket, once. Returns the ticket with its booking, subsection and event, and the check-in.

    1. With `refuse_early`, refuse an active ticket if the event begins much later (`is_early`).
    2. Lock the ticket and check its status by a guarded update from active to used. Other scans wait for this lock and
       then find no active ticket.
    3. Write the check-in. It counts from `scanned_at`; if that is None, older than MAX_CLOCK_LAG, before the ticket's
       last undo or impossible (`is_possible`), from now by the database's clock.

    `code` is the signed code or the number on the ticket. `device` names the scanner's place. `device` and `scanned_at`
    together identify a scan: a scanner that got no response may send the same scan again at any time, here or in a
    batch, and gets the check-in that it made, even if that was undone meanwhile.

    Raises NotFound, PermissionRefused, TicketUnknown, TicketForged, AlreadyCheckedIn, TicketVoid, TooEarly.
    """
    event = check_in_event(event_id, by)
    admission = admission_of(event_id, code)
    admission.event = event
    if refuse_early and admission.status == AdmissionStatus.ACTIVE and is_early(event, database_now()):
        starts_at = cast(datetime, event.starts_at)
        raise TooEarly(starts_at, clock_text(event, starts_at), **place_body(admission))
    if not change_status(admission, AdmissionStatus.ACTIVE, AdmissionStatus.USED, used_at=Now()):
        return admission, _same_scan_or_refuse(admission, device, scanned_at)

    scans = Scans(admission.check_ins.select_related("by"))
    repeated = _check_in_of(scans, device, scanned_at)
    if repeated is not None:  # and undone meanwhile
        change_status(admission, AdmissionStatus.USED, AdmissionStatus.ACTIVE, used_at=None)
        return admission, repeated

    row = _new_row(admission, scans, device, scanned_at)
    row.by = by
    row.save()
    Admission.objects.filter(pk=admission.pk).update(used_at=row.counted_at)
    return admission, row


def _new_row(admission: Admission, scans: Scans, device: str, scanned_at: datetime | None) -> CheckIn:
    """Return a new row for an accepted online scan: all but `by`."""
    now = database_now()
    row = CheckIn(kind=CheckInKind.ACCEPTED, device=device, scanned_at=scanned_at or now, recorded_at=now)
    row.event_id, row.admission = admission.event_id, admission
    is_late = row.scanned_at <= now - MAX_CLOCK_LAG
    is_undone = scans.last_undone is not None and row.scanned_at <= scans.last_undone
    row.clock_ignored = is_late or is_undone or not is_possible(row.scanned_at, ticket=admission, now=now)
    return row


@retrying_transaction
def undo_check_in(*, event_id: int, code: str, by: User, device: str = "") -> Admission:
    """Undo a check-in, so that the ticket can be used again; record the undo and return the ticket.

    Locks the ticket by a guarded update from used to active. Raises NotFound, PermissionRefused, TicketUnknown,
    TicketForged, NotCheckedIn, TicketVoid.
    """
    check_in_event(event_id, by)
    admission = admission_of(event_id, code)
    if not change_status(admission, AdmissionStatus.USED, AdmissionStatus.ACTIVE, used_at=None):
        raise TicketVoid(**place_body(admission)) if admission.status == AdmissionStatus.VOID else NotCheckedIn
    now = database_now()
    CheckIn.objects.create(
        event_id=admission.event_id,
        admission=admission,
        kind=CheckInKind.UNDONE,
        by=by,
        device=device,
        scanned_at=now,
        recorded_at=now,
    )
    return admission


def change_status(admission: Admission, before: AdmissionStatus, after: AdmissionStatus, **fields: Any) -> bool:
    """Change the ticket's status from `before` to `after`, which locks its row; return False if it was not `before`."""
    return Admission.objects.filter(pk=admission.pk, status=before).update(status=after, **fields) == 1


def _same_scan_or_refuse(admission: Admission, device: str, scanned_at: datetime | None) -> CheckIn:
    """Return the ticket's check-in if this same scan made it. Otherwise raises AlreadyCheckedIn or TicketVoid.

    Locks the ticket.
    """
    status = Admission.objects.select_for_update(no_key=True).values_list("status", flat=True).get(pk=admission.pk)
    if status == AdmissionStatus.VOID:
        raise TicketVoid(**place_body(admission))
    scans = Scans(admission.check_ins.select_related("by"))
    repeated = _check_in_of(scans, device, scanned_at)
    if repeated is None:
        _refuse(admission, scans.entry)
    return repeated


def _check_in_of(scans: Scans, device: str, scanned_at: datetime | None) -> CheckIn | None:
    """Return the check-in that this same scan made; None if it is a new scan, or was a conflict."""
    if scanned_at is None or (device, scanned_at) not in scans:
        return None
    first = scans.first_with((device, scanned_at))
    return first if key_of(first) == (device, scanned_at) else None


def _refuse(admission: Admission, entry: CheckIn | None) -> NoReturn:
    """Raise AlreadyCheckedIn; if the ticket's current check-in is given, say when, where and by whom."""
    if entry is None:  # undone between the guarded update and the lock
        raise AlreadyCheckedIn("Another gate is busy with this ticket. Please scan it once more.")
    device = f" at {entry.device}" if entry.device else ""
    raise AlreadyCheckedIn(
        f"This ticket was used on {clock_text(admission.event, entry.counted_at, 'date-time-seconds')}{device}.",
        **place_body(admission),
        **entry_body(entry),
    )


def place_body(admission: Admission) -> dict[str, Any]:
    """Return the ticket's numbers, place and holder, with the fields of `Place` in the API."""
    subsection, block, place = admission.subsection, ticket_block(admission), ticket_place(admission)
    special = ticket_special(admission)
    return {
        "serial": serial_of(admission),
        "reference": admission.reference,
        "section": subsection.section,
        "subsection": subsection.number,
        "subsection_kind": subsection.kind,
        "block_name": block.text,
        "row_word": block.row_word,
        "row": place.row,
        "seat": place.seat,
        "row_label": place.row_label,
        "seat_label": place.seat_label,
        **special.body(),
        "remark": special.remark(),
        "holder": admission.holder,
    }


def entry_body(entry: CheckIn) -> dict[str, Any]:
    """Return when, where and by whom a ticket was checked in, and whether the scanner's clock was wrong."""
    by = {"device": entry.device, "by": entry.by.name}
    return {"checked_in_at": entry.counted_at, **by, "clock_ignored": entry.clock_ignored}
