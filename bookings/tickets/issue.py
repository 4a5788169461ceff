"""Issues tickets when seats are sold, and voids them when a booking is refunded.

`issue_tickets` and `void_admissions` run in the caller's transaction.
"""

from bookings.holds.models import Booking
from bookings.states import AdmissionStatus
from bookings.tickets.codes import FOREVER, TicketCode, write_code
from bookings.tickets.models import Admission
from core.clock import Now, database_now
from core.errors import InvalidState


def issue_tickets(booking: Booking) -> None:
    """Create one admission for each seat of a booking that was just paid.

    A unique index allows at most one admission per seat that is not void.
    """
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
    """Void the tickets of a booking. Raises InvalidState if one was used, unless `also_used`.

    Guarded updates change the tickets, so that a check-in at the same moment either comes first, and stops a refund by
    the buyer, or finds a void ticket.
    """
    now = Now()
    voided = booking.admissions.filter(status=AdmissionStatus.ACTIVE).update(status=AdmissionStatus.VOID, void_at=now)
    if also_used:
        booking.admissions.filter(status=AdmissionStatus.USED).update(status=AdmissionStatus.VOID, void_at=now)
    elif voided != booking.quantity:
        raise InvalidState("Somebody was let in with one of these tickets, so none of them can be returned.")


def code_of(admission: Admission) -> str:
    """Return the signed code of an admission, for its QR code. Valid until the event's end, if the event has one.

    The admission must be loaded with its event.
    """
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
