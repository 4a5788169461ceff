"""Serializers that describe the history of a seat."""

from typing import Any

from rest_framework import serializers

from bookings.holds.places import ROW_LABEL, SEAT_LABEL
from bookings.seat_history.texts import HistoryKind
from events.states import SeatStatus


class HistoryBuyer(serializers.Serializer[Any]):
    """The buyer of the booking."""

    name = serializers.CharField()
    email = serializers.EmailField()


class HistoryEntry(serializers.Serializer[Any]):
    """One thing that happened to the seat."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=HistoryKind.choices)
    text = serializers.CharField(help_text="What happened, as a sentence.")
    booking_id = serializers.UUIDField(allow_null=True, help_text="Null when the seat was blocked or unblocked.")
    booking_reference = serializers.CharField(allow_null=True, help_text="What people call the booking.")
    buyer = HistoryBuyer(allow_null=True)
    by = serializers.CharField(
        source="by.name",
        default=None,
        allow_null=True,
        help_text="Name of the person who made the refund or scanned the ticket.",
    )
    version = serializers.IntegerField(
        allow_null=True, help_text="Version of the subsection in the audit log, if the entry comes from there."
    )


class SeatHistory(serializers.Serializer[Any]):
    """The current status of a seat, and its history."""

    event_id = serializers.IntegerField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    row_label = serializers.CharField(help_text=ROW_LABEL)
    seat_label = serializers.CharField(help_text=SEAT_LABEL)
    status = serializers.ChoiceField(choices=SeatStatus.choices)
    entries = HistoryEntry(many=True, help_text="Oldest first.")
