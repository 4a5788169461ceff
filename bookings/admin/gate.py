"""The gates, to read."""

from django.contrib import admin

from bookings.models import CheckIn
from events.desk import OwnRows
from events.models import Event
from events.positions import seat_name


@admin.register(CheckIn)
class CheckIns(OwnRows):
    """What happened at the gates, to read."""

    seller_lookup = "admission__event__seller"
    list_display = ("recorded_at", "event_of", "seat", "holder", "kind", "device", "by_name", "scanned_at")
    list_filter = ("kind",)
    list_select_related = ("admission__event", "admission__subsection", "by")
    search_fields = ("admission__holder", "device")
    search_help_text = "(Part of) the holder's name or of the place of the scanner"
    fields = list_display
    readonly_fields = fields
    ordering = ("-recorded_at", "-id")

    @admin.display(description="Event")
    def event_of(self, row: CheckIn) -> Event:
        """The event at whose gate it happened."""
        return row.admission.event

    @admin.display(description="Seat")
    def seat(self, row: CheckIn) -> str:
        """Block, row and seat."""
        block = row.admission.subsection
        return f"{block} {seat_name(row.admission.position, block.cols)}"

    @admin.display(description="Holder")
    def holder(self, row: CheckIn) -> str:
        """Whose ticket it is."""
        return row.admission.holder

    @admin.display(description="By")
    def by_name(self, row: CheckIn) -> str:
        """Who was at the gate; without a link: his account is not the seller's business."""
        return row.by.name
