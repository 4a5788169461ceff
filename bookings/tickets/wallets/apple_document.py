"""The pass.json of a ticket: what Apple Wallet shows of it, and when and where it offers it on the lock screen."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from bookings.tickets.texts import one_line, ticket_block, ticket_place, ticket_text
from bookings.tickets.wallets.configuration import AppleWallet
from bookings.tickets.wallets.places import address_of, moment, tickets_url
from events.models import Event
from events.organiser import organiser_of

# The accent of the pages (tokens.css), as on the printed tickets.
COLOURS = {
    "backgroundColor": "rgb(11, 99, 80)",
    "foregroundColor": "rgb(255, 255, 255)",
    "labelColor": "rgb(220, 238, 231)",
}
# Apple offers a pass around its date; an interval may be at most a day long.
OFFERED_BEFORE, OFFERED_AFTER = timedelta(hours=3), timedelta(hours=6)
Field = dict[str, Any]


def pass_document(ticket: Admission, wallet: AppleWallet) -> dict[str, Any]:
    """Return the content of pass.json for a ticket that is not void."""
    event = ticket.event
    code = {"format": "PKBarcodeFormatQR", "message": code_of(ticket), "messageEncoding": "iso-8859-1"}
    return {
        "formatVersion": 1,
        "passTypeIdentifier": wallet.pass_type,
        "teamIdentifier": wallet.team,
        "serialNumber": str(ticket.pk),
        "groupingIdentifier": str(ticket.booking_id),
        "organizationName": settings.SITE_NAME,
        "logoText": settings.SITE_NAME,
        "description": f"Ticket for {one_line(event.name)}",
        **COLOURS,
        "barcodes": [{**code, "altText": ticket.reference}],
        "eventTicket": _fields(ticket),
        "semantics": _semantics(ticket),
        **_times(event),
        **_locations(event),
    }


def _fields(ticket: Admission) -> dict[str, list[Field]]:
    event, block = ticket.event, ticket_block(ticket)
    date = [_date("date", "DATE", event.starts_at, event, "PKDateStyleMedium", "PKDateStyleNone")]
    time = [_date("time", "TIME", event.starts_at, event, "PKDateStyleNone", "PKDateStyleShort")]
    section = [_field("section", "SECTION", one_line(block.section))]
    if block.number is not None:
        section.append(_field("block", "BLOCK", str(block.number)))
    return {
        "headerFields": date if event.starts_at else [],
        "primaryFields": [_field("event", "EVENT", one_line(event.name))],
        "secondaryFields": [_field("venue", "VENUE", one_line(event.venue_name)), *(time if event.starts_at else [])],
        "auxiliaryFields": [*section, *_seat_fields(ticket)],
        "backFields": _back(ticket),
    }


def _seat_fields(ticket: Admission) -> list[Field]:
    place = ticket_place(ticket)
    if not place.seat_label:
        return [_field("place", "PLACE", ticket_text(ticket).capitalize())]
    row_word = ticket_block(ticket).row_word
    return [_field("row", row_word.upper(), place.row_label), _field("seat", "SEAT", place.seat_label)]


def _back(ticket: Admission) -> list[Field]:
    event = ticket.event
    organiser = organiser_of(event)
    accessibility = event.venue.accessibility if event.venue else ""
    texts = [
        _field("holder", "Holder", one_line(ticket.holder)),
        _field("ticket", "Ticket", ticket.reference),
        _field("booking", "Booking", ticket.booking.order_reference),
        _field("address", "Address", address_of(event)),
        _field("access", "Accessibility", accessibility),
        _field("organiser", "Organiser", one_line(organiser.name)),
        _field("contact", "Questions about the event", organiser.email),
        _field("page", "Your tickets, and what has changed since", tickets_url(ticket)),
    ]
    return [text for text in texts if text["value"]]


def _field(key: str, label: str, value: str) -> Field:
    return {"key": key, "label": label, "value": value}


def _date(key: str, label: str, at: datetime | None, event: Event, day: str, clock: str) -> Field:
    """Return a field that shows a time as the clock at the venue does, wherever the phone is."""
    value = moment(event, at) if at else ""
    return {"key": key, "label": label, "value": value, "dateStyle": day, "timeStyle": clock, "ignoresTimeZone": True}


def _times(event: Event) -> dict[str, Any]:
    """Return when the pass is offered on the lock screen, and when it moves to the expired ones."""
    times: dict[str, Any] = {}
    if event.starts_at is not None:
        start, end = event.starts_at - OFFERED_BEFORE, event.starts_at + OFFERED_AFTER
        times["relevantDate"] = moment(event, event.starts_at)  # before iOS 18
        times["relevantDates"] = [{"startDate": moment(event, start), "endDate": moment(event, end)}]
    if event.over_at is not None:
        times["expirationDate"] = moment(event, event.over_at)
    return times


def _locations(event: Event) -> dict[str, Any]:
    point = _point(event)
    return {"locations": [{**point, "relevantText": one_line(event.venue_name)}]} if point else {}


def _point(event: Event) -> dict[str, float]:
    venue = event.venue
    if venue is None or venue.latitude is None or venue.longitude is None:
        return {}
    return {"latitude": float(venue.latitude), "longitude": float(venue.longitude)}


def _semantics(ticket: Admission) -> dict[str, Any]:
    """Return the same for programs: the phone offers directions and silences itself."""
    event, block, place = ticket.event, ticket_block(ticket), ticket_place(ticket)
    section = block.short if block.number is not None else block.section
    seat = {"seatSection": one_line(section), "seatRow": place.row_label, "seatNumber": place.seat_label}
    tags: dict[str, Any] = {
        "eventType": "PKEventTypeGeneric",
        "eventName": one_line(event.name),
        "venueName": one_line(event.venue_name),
        "seats": [{name: value for name, value in seat.items() if value}],
    }
    for name, at in (("eventStartDate", event.starts_at), ("eventEndDate", event.ends_at)):
        if at is not None:
            tags[name] = moment(event, at)
    if point := _point(event):
        tags["venueLocation"] = point
    return tags
