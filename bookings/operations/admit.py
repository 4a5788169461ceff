"""Issuing tickets with the sale and taking them back with a refund. Both run inside the caller's transaction."""

from bookings.codes import FOREVER, TicketCode, write_code
from bookings.models import Admission, Booking
from bookings.states import AdmissionStatus
from events.clock import Now, database_now
from ticketing.errors import InvalidState


def issue_admissions(booking: Booking) -> None:
    """One admission for each seat of a booking that was just paid. At most one per seat opens the door: an index
    refuses a second."""
    now = database_now()
    Admission.objects.bulk_create(
        Admission(
            booking=booking,
            event_id=booking.event_id,
            subsection_id=booking.subsection_id,
            position=position,
            holder=booking.buyer.name,
            issued_at=now,
        )
        for position in booking.positions
    )


def void_admissions(booking: Booking, *, also_used: bool) -> None:
    """The booking's tickets open no door any more. Raises InvalidState if one was used, unless `also_used`.

    Guarded: a check-in at the same moment either comes first, and then stops a buyer's refund, or finds it void.
    """
    now = Now()
    voided = booking.admissions.filter(status=AdmissionStatus.ACTIVE).update(status=AdmissionStatus.VOID, void_at=now)
    if also_used:
        booking.admissions.filter(status=AdmissionStatus.USED).update(status=AdmissionStatus.VOID, void_at=now)
    elif voided != booking.quantity:
        raise InvalidState("Somebody was let in with one of these tickets.")


def code_of(admission: Admission) -> str:
    """The signed code of an admission with its event loaded; valid until the event's end, if it has one."""
    ends_at = admission.event.ends_at
    return write_code(
        TicketCode(
            event_id=admission.event_id,
            subsection_id=admission.subsection_id,
            position=admission.position,
            serial=admission.serial,
            valid_until=int(ends_at.timestamp()) if ends_at else FOREVER,
        )
    )
