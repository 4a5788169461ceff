"""Serializer of the API of issued tickets."""

from typing import Any

from rest_framework import serializers

from bookings.holds.kinds import KIND, NOTE
from bookings.holds.places import ROW_LABEL, SEAT_LABEL
from bookings.references import reference_field
from bookings.states import AdmissionStatus, BookedKind
from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from bookings.tickets.texts import ticket_place, ticket_special
from bookings.tickets.wallets.configuration import apple_wallet, google_wallet
from bookings.tickets.wallets.google import google_link


class AdmissionBody(serializers.Serializer[Any]):
    """An issued ticket. Its `code` admits one person, once."""

    id = serializers.UUIDField()
    reference = reference_field("What people call the ticket; printed on it. It admits nobody without the code.")
    code = serializers.CharField()
    status = serializers.ChoiceField(choices=AdmissionStatus.choices)
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    row_label = serializers.CharField(help_text=ROW_LABEL)
    seat_label = serializers.CharField(help_text=SEAT_LABEL)
    seat_kind = serializers.ChoiceField(choices=BookedKind.choices, help_text=KIND)
    seat_note = serializers.CharField(help_text=NOTE)
    holder = serializers.CharField()
    checked_in_at = serializers.DateTimeField(allow_null=True)
    qr_svg = serializers.CharField(help_text="Path of the code as SVG; 410 for a void ticket.")
    qr_png = serializers.CharField(help_text="Path of the code as PNG; 410 for a void ticket.")
    apple_wallet = serializers.CharField(
        allow_null=True, help_text="Path of the pass for Apple Wallet; null for a void ticket, or if there are none."
    )
    google_wallet = serializers.CharField(
        allow_null=True,
        help_text="URL that saves the ticket to Google Wallet; null for a void ticket, or if there are none.",
    )


def admission_body(ticket: Admission) -> dict[str, Any]:
    """Return a ticket, loaded with its booking, event, venue and subsection, in the shape of AdmissionBody."""
    place = ticket_place(ticket)
    path = f"/api/booking/{ticket.booking_id}/admissions/{ticket.pk}"
    valid, google = ticket.status != AdmissionStatus.VOID, google_wallet()
    return {
        "id": str(ticket.pk),
        "reference": ticket.reference,
        "code": code_of(ticket),
        "status": ticket.status,
        "section": ticket.subsection.section,
        "subsection": ticket.subsection.number,
        "row": place.row,
        "seat": place.seat,
        "row_label": place.row_label,
        "seat_label": place.seat_label,
        **ticket_special(ticket).body(),
        "holder": ticket.holder,
        "checked_in_at": ticket.used_at,
        "qr_svg": f"{path}/qr.svg",
        "qr_png": f"{path}/qr.png",
        "apple_wallet": f"{path}/ticket.pkpass" if valid and apple_wallet() else None,
        "google_wallet": google_link(ticket, google) if valid and google else None,
    }
