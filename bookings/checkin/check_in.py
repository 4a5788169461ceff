"""Check in a ticket, and undo a check-in. A guarded update decides which of several simultaneous scans succeeds."""

from datetime import datetime, timedelta
from typing import Any, NoReturn

from accounts.models import User
from bookings.checkin.models import CheckIn
from bookings.checkin.scans import Scans
from bookings.checkin.selectors import admission_of, check_in_event
from bookings.errors import AlreadyCheckedIn, NotCheckedIn, TicketVoid
from bookings.states import AdmissionStatus, CheckInKind
from bookings.tickets.models import Admission
from core.clock import Now, database_now
from core.transactions import retrying_transaction

MAX_CLOCK_LAG = timedelta(minutes=1)  # an older `scanned_at` of an online scan is replaced by the database's time


@retrying_transaction
def check_in(
    *, event_id: int, code: str, by: User, device: str = "", scanned_at: datetime | None = None
) -> tuple[Admission, CheckIn]:
    """Check in a ticket, once. Returns the ticket with its subsection, and the check-in.

    1. Lock the ticket and check its status by a guarded update from active to used. Other scans wait for this lock and
       then find no active ticket.
    2. Write the check-in. Its time is `scanned_at`; if that is None, older than MAX_CLOCK_LAG or before the ticket's
       last undo, it is the database's time.

    `device` names the scanner's place. `device` and `scanned_at` together identify a scan: a scanner that got no
    response may send the same scan again, here or in a batch. Raises NotFound, PermissionRefused, AlreadyCheckedIn,
    TicketVoid.
    """
    check_in_event(event_id, by)
    admission = admission_of(event_id, code)
    if not change_status(admission, AdmissionStatus.ACTIVE, AdmissionStatus.USED, used_at=Now()):
        return admission, _same_scan_or_refuse(admission, device, scanned_at)
    now = database_now()
    undone_at = Scans(admission.check_ins.all()).last_undone
    row = CheckIn(kind=CheckInKind.ACCEPTED, device=device, scanned_at=now, recorded_at=now)
    if scanned_at is not None and scanned_at > now - MAX_CLOCK_LAG and (undone_at is None or scanned_at > undone_at):
        row.scanned_at = scanned_at
    row.event_id, row.admission, row.by = admission.event_id, admission, by
    row.save()
    Admission.objects.filter(pk=admission.pk).update(used_at=row.counted_at)
    return admission, row


@retrying_transaction
def undo_check_in(*, event_id: int, code: str, by: User, device: str = "") -> Admission:
    """Undo a check-in, so that the ticket can be used again; record the undo and return the ticket.

    Locks the ticket by a guarded update from used to active. Raises NotFound, PermissionRefused, NotCheckedIn,
    TicketVoid.
    """
    check_in_event(event_id, by)
    admission = admission_of(event_id, code)
    if not change_status(admission, AdmissionStatus.USED, AdmissionStatus.ACTIVE, used_at=None):
        raise TicketVoid if admission.status == AdmissionStatus.VOID else NotCheckedIn
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
        raise TicketVoid
    entry = Scans(admission.check_ins.select_related("by")).entry
    if entry is not None and scanned_at is not None and (entry.device, entry.scanned_at) == (device, scanned_at):
        return entry
    _refuse(admission, entry)


def _refuse(admission: Admission, entry: CheckIn | None) -> NoReturn:
    """Raise AlreadyCheckedIn; if the ticket's current check-in is given, say when, where and by whom."""
    if entry is None:  # undone between the guarded update and the lock
        raise AlreadyCheckedIn("Another gate is busy with this ticket. Please scan it once more.")
    device = f" at {entry.device}" if entry.device else ""
    raise AlreadyCheckedIn(
        f"This ticket was used at {entry.counted_at:%H:%M:%S} UTC on {entry.counted_at:%Y-%m-%d}{device}.",
        **place_of(admission),
        **entry_body(entry),
    )


def place_of(admission: Admission) -> dict[str, Any]:
    """Return the ticket's seat and holder, with the fields of `Place` in the API."""
    subsection = admission.subsection
    row, seat = divmod(admission.position, subsection.cols)
    place = {"section": subsection.section, "subsection": subsection.number, "row": row + 1, "seat": seat + 1}
    return {**place, "holder": admission.holder}


def entry_body(entry: CheckIn) -> dict[str, Any]:
    """Return when, where and by whom a ticket was checked in."""
    return {"checked_in_at": entry.counted_at, "device": entry.device, "by": entry.by.name}
