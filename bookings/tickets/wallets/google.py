"""Links that save a ticket to Google Wallet: a JWT with the whole ticket, signed with a service account's key.

Google makes the ticket when somebody opens the link, so nothing is sent from here:
https://developers.google.com/wallet/tickets/events/web. A link has one ticket, because Google advises against tokens of
more than 1,800 characters.
"""

from typing import Any

import jwt
from django.conf import settings

from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from bookings.tickets.texts import one_line, ticket_block, ticket_place, ticket_text
from bookings.tickets.wallets.configuration import GoogleWallet
from bookings.tickets.wallets.places import address_of, moment
from core.clock import database_now
from events.models import Event

SAVE = "https://pay.google.com/gp/v/save/"
COLOUR = "#0b6350"


def google_link(ticket: Admission, wallet: GoogleWallet) -> str:
    """Return the URL that saves a ticket, loaded with its booking, event, venue and subsection, that is not void."""
    claims = {
        "iss": wallet.account,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(database_now().timestamp()),
        "origins": [],  # for buttons that Google's script draws; ours are plain links
        "payload": {"eventTicketClasses": [_event(ticket, wallet)], "eventTicketObjects": [_ticket(ticket, wallet)]},
    }
    return SAVE + jwt.encode(claims, wallet.key, algorithm="RS256")


def _event_id(event: Event, wallet: GoogleWallet) -> str:
    """Return the id of the event as it is now. Google keeps what it first got under an id, and ignores changes."""
    return f"{wallet.issuer}.event-{event.pk}-{int(event.updated_at.timestamp() * 1_000_000):x}"


def _event(ticket: Admission, wallet: GoogleWallet) -> dict[str, Any]:
    event = ticket.event
    times = {"start": event.starts_at, "end": event.ends_at}
    shown: dict[str, Any] = {
        "id": _event_id(event, wallet),
        "issuerName": settings.SITE_NAME,
        "reviewStatus": "UNDER_REVIEW",
        "hexBackgroundColor": COLOUR,
        "eventName": _text(event.name),
        "dateTime": {name: moment(event, at) for name, at in times.items() if at is not None},
    }
    if address := address_of(event):  # Google demands both of a venue
        shown["venue"] = {"name": _text(event.venue_name), "address": _text(address)}
    return shown


def _ticket(ticket: Admission, wallet: GoogleWallet) -> dict[str, Any]:
    return {
        "id": f"{wallet.issuer}.{ticket.pk}",
        "classId": _event_id(ticket.event, wallet),
        "state": "ACTIVE",
        "barcode": {"type": "QR_CODE", "value": code_of(ticket), "alternateText": ticket.reference},
        "seatInfo": _seat(ticket),
        "ticketHolderName": one_line(ticket.holder),
        "ticketNumber": ticket.reference,
        "reservationInfo": {"confirmationCode": ticket.booking.order_reference},
    }


def _seat(ticket: Admission) -> dict[str, Any]:
    block, place = ticket_block(ticket), ticket_place(ticket)
    parts = {
        "section": block.short,
        "row": place.row_label,
        "seat": place.seat_label or ticket_text(ticket).capitalize(),
    }
    return {name: _text(part) for name, part in parts.items() if part}


def _text(text: str) -> dict[str, Any]:
    return {"defaultValue": {"language": "en", "value": one_line(text)}}
