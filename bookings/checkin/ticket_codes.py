"""Finds the ticket that a code names: the signed code in the QR, or the serial printed on the ticket.

A code that names no ticket of the event gets one of two errors, because they mean different things at the entrance:

- TicketUnknown: a number that no ticket of the event has, such as a slip of the finger; or a genuine code of another
  event's ticket.
- TicketForged: anything else that our key didn't sign, such as a changed code, or the QR code of a poster.
"""

import re
from collections.abc import Collection

from bookings.errors import TicketForged, TicketUnknown
from bookings.tickets.codes import ForgedCode, read_code
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_from
from core.errors import NotFound

OTHER_EVENT = "This is not a ticket for this event, but a genuine one for another."
# What somebody may have typed from a ticket: letters, digits and separators, and at least one digit or hyphen.
NUMBER = re.compile(r"(?=.*[\d-])[0-9A-Za-z\s\u2010-\u2015-]{1,40}", re.S)


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
    """Return for each code the event's ticket, loaded with its subsection, or the error that says why there is none."""
    read = {code: _serial_in(code, event_id) for code in codes}
    serials = {serial for serial in read.values() if isinstance(serial, int)}
    tickets = Admission.objects.filter(event_id=event_id, serial__in=serials).select_related("subsection")
    by_serial = {ticket.serial: ticket for ticket in tickets}
    return {
        code: by_serial.get(serial) or TicketUnknown() if isinstance(serial, int) else serial
        for code, serial in read.items()
    }


def _serial_in(code: str, event_id: int) -> int | NotFound:
    """Return the serial in a code or number, or the error that says why it has none."""
    serial = serial_from(code)
    if serial is not None:
        return serial
    try:
        signed = read_code(code)
    except ForgedCode:
        return TicketUnknown() if NUMBER.fullmatch(code) else TicketForged()
    return signed.serial if signed.event_id == event_id else TicketUnknown(OTHER_EVENT)
