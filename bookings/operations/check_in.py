"""Letting somebody in with a ticket, and taking that back. The guarded update decides: one scan of any number wins."""

from datetime import datetime, timedelta
from typing import Any, NoReturn

from accounts.models import User
from accounts.transactions import durably
from bookings.errors import AlreadyCheckedIn, NotCheckedIn, TicketVoid
from bookings.gate import admission_of, gate_event
from bookings.models import Admission, CheckIn
from bookings.scans import Scans
from bookings.states import AdmissionStatus, CheckInKind
from events.clock import Now, database_now

BELIEVED = timedelta(minutes=1)  # how far a scanner's clock may be behind when it speaks for itself


@durably
def check_in(
    *, event_id: int, code: str, by: User, device: str = "", scanned_at: datetime | None = None
) -> tuple[Admission, CheckIn]:
    """Lets somebody in, once. Returns the ticket with its block, and the entry.

    1. Lock and check in one: the guarded update from active to used; all other scans wait for it and then find no
       active ticket.
    2. Write the entry.

    `device` says where. A scanner that sends `scanned_at`, too, may send the same scan again, here or in a batch, when
    it got no answer: it is known by the two. Raises NotFound, PermissionRefused, AlreadyCheckedIn, TicketVoid.
    """
    gate_event(event_id, by)
    admission = admission_of(event_id, code)
    if not step(admission, AdmissionStatus.ACTIVE, AdmissionStatus.USED, used_at=Now()):
        return admission, _same_scan_or_refuse(admission, device, scanned_at)
    now = database_now()
    undone_at = Scans(admission.check_ins.all()).last_undone
    row = CheckIn(kind=CheckInKind.ACCEPTED, device=device, scanned_at=now, recorded_at=now)
    if scanned_at is not None and scanned_at > now - BELIEVED and (undone_at is None or scanned_at > undone_at):
        row.scanned_at = scanned_at
    row.event_id, row.admission, row.by = admission.event_id, admission, by
    row.save()
    Admission.objects.filter(pk=admission.pk).update(used_at=row.counted_at)
    return admission, row


@durably
def undo_check_in(*, event_id: int, code: str, by: User, device: str = "") -> Admission:
    """Takes the check-in back: the ticket lets somebody in again.

    Raises NotFound, PermissionRefused, NotCheckedIn, TicketVoid.
    """
    gate_event(event_id, by)
    admission = admission_of(event_id, code)
    if not step(admission, AdmissionStatus.USED, AdmissionStatus.ACTIVE, used_at=None):
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


def step(admission: Admission, before: AdmissionStatus, after: AdmissionStatus, **fields: Any) -> bool:
    """Moves the ticket if it is in the state `before`, and locks its row; says whether it was."""
    return Admission.objects.filter(pk=admission.pk, status=before).update(status=after, **fields) == 1


def _same_scan_or_refuse(admission: Admission, device: str, scanned_at: datetime | None) -> CheckIn:
    """The entry, if this very scan made it; else says why there is none."""
    status = Admission.objects.select_for_update(no_key=True).values_list("status", flat=True).get(pk=admission.pk)
    if status == AdmissionStatus.VOID:
        raise TicketVoid
    entry = Scans(admission.check_ins.select_related("by")).entry
    if entry is not None and scanned_at is not None and (entry.device, entry.scanned_at) == (device, scanned_at):
        return entry
    _refuse(admission, entry)


def _refuse(admission: Admission, entry: CheckIn | None) -> NoReturn:
    if entry is None:  # undone between our look and the lock
        raise AlreadyCheckedIn("Another gate is busy with this ticket. Please scan it once more.")
    where = f" at {entry.device}" if entry.device else ""
    raise AlreadyCheckedIn(
        f"This ticket was used at {entry.counted_at:%H:%M:%S} UTC on {entry.counted_at:%Y-%m-%d}{where}.",
        **place_of(admission),
        **entry_body(entry),
    )


def place_of(admission: Admission) -> dict[str, Any]:
    """Whose seat it is and where."""
    block = admission.subsection
    row, seat = divmod(admission.position, block.cols)
    where = {"section": block.section, "subsection": block.number, "row": row + 1, "seat": seat + 1}
    return {**where, "holder": admission.holder}


def entry_body(entry: CheckIn) -> dict[str, Any]:
    """When and where somebody was let in, and by whom."""
    return {"checked_in_at": entry.counted_at, "device": entry.device, "by": entry.by.name}
