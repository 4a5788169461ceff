"""Finds the ticket that a code names: the signed code in the QR, or a number on the ticket (reference or serial).

A code that names no ticket of the event gets one of two errors, because they mean different things at the entrance:

- TicketUnknown: a number that no ticket of the event has, or a genuine code of another event's ticket. The message
  tells a slip of the finger, which the length or the check character of a number reveals, from a correct number.
- TicketForged: anything else that our key didn't sign, such as a changed code, or the QR code of a poster.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from bookings.errors import TicketForged, TicketUnknown
from bookings.holds.models import Booking
from bookings.references import LENGTH, Reference, ReferenceKind, find_reference, mistake_in
from bookings.tickets.codes import ForgedCode, read_code
from bookings.tickets.models import Admission
from bookings.tickets.texts import SERIAL_LENGTH, serial_from
from core.errors import NotFound

OTHER_EVENT = "This is not a ticket for this event, but a genuine one for another."
OTHER_KIND = "This is the reference of a {}, not of a ticket. Search for it to see its tickets."
# What somebody may have typed from a ticket: letters, digits and separators, and at least one digit or hyphen.
WRONG_LENGTH = (
    f"The number of a ticket has {LENGTH} characters, or {SERIAL_LENGTH} if it is the serial; this has {{}}."
    " Please check each character, or search by name."
)
NUMBER = re.compile(r"(?=.*[\d-])[0-9A-Za-z\s\u2010-\u2015-]{1,40}", re.S)


@dataclass(frozen=True, slots=True)
class TicketNumber:
    """What a code says of its ticket: the serial or, if that is None, the reference, which is unique in its event."""

    serial: int | None = None
    reference: str = ""


def admission_of(event_id: int, code: str) -> Admission:
    """Return the event's ticket with this code, whatever its status. Raises TicketUnknown, TicketForged.

    The expiry time in a signed code is only for offline scanners and is not checked here: the event may have been
    postponed.
    """
    found = admissions_of(event_id, [code])[code]
    if isinstance(found, NotFound):
        raise found
    return found


def admissions_of(event_id: int, codes: Collection[str]) -> dict[str, Admission | NotFound]:
    """Return for each code the event's ticket, or the error that says why there is none.

    Tickets are loaded with their booking, event and subsection.
    """
    read = {code: _number_in(code, event_id) for code in codes}
    numbers = [number for number in read.values() if isinstance(number, TicketNumber)]
    serials = [number.serial for number in numbers if number.serial is not None]
    references = [number.reference for number in numbers if number.reference]
    wanted = Q(serial__in=serials) | (Q(reference__in=references) if references else Q())
    tickets = list(Admission.objects.with_place().filter(wanted, event_id=event_id))
    by_number = {TicketNumber(serial=ticket.serial): ticket for ticket in tickets}
    by_number |= {TicketNumber(reference=ticket.reference): ticket for ticket in tickets}
    return {
        code: by_number.get(number) or TicketUnknown() if isinstance(number, TicketNumber) else number
        for code, number in read.items()
    }


def _number_in(code: str, event_id: int) -> TicketNumber | NotFound:
    """Return the number that is typed or signed in a code, or the error that says why there is none."""
    serial = serial_from(code)
    if serial is not None:
        return TicketNumber(serial=serial)
    reference = find_reference(code)
    if reference is not None:
        is_ticket = reference.kind == ReferenceKind.TICKET
        return TicketNumber(reference=reference.text) if is_ticket else _other_kind(reference, event_id)
    try:
        signed = read_code(code)
    except ForgedCode:
        return _mistyped(code) if NUMBER.fullmatch(code) else TicketForged()
    return TicketNumber(serial=signed.serial) if signed.event_id == event_id else TicketUnknown(OTHER_EVENT)


def _other_kind(reference: Reference, event_id: int) -> TicketUnknown:
    """Return the error for a reference that is not a ticket's: it may be that of a booking or payment of the event."""
    exists = Booking.objects.with_reference(reference).filter(event_id=event_id).exists()
    return TicketUnknown(OTHER_KIND.format(reference.kind)) if exists else TicketUnknown()


def _mistyped(number: str) -> TicketUnknown:
    """Return the error for a typed number that is neither a reference nor a serial: what is wrong with it, if known."""
    length = sum(char.isalnum() for char in number)
    if length not in (LENGTH, SERIAL_LENGTH):
        return TicketUnknown(WRONG_LENGTH.format(length))
    return TicketUnknown(mistake_in(number))
