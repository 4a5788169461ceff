"""The shapes of a seat's story."""

from typing import Any

from rest_framework import serializers

from bookings.seat_words import StoryKind
from events.states import SeatStatus


class StoryBuyer(serializers.Serializer[Any]):
    """Whose booking it was."""

    name = serializers.CharField()
    email = serializers.EmailField()


class StoryEntry(serializers.Serializer[Any]):
    """One thing that happened to the seat."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=StoryKind.choices)
    text = serializers.CharField(help_text="What happened, in plain words.")
    booking_id = serializers.UUIDField(allow_null=True, help_text="Null of a seat taken out of sale or put back.")
    buyer = StoryBuyer(allow_null=True)
    by = serializers.CharField(
        source="by.name",
        default=None,
        allow_null=True,
        help_text="Who gave the money back or stood at the gate.",
    )
    version = serializers.IntegerField(
        allow_null=True, help_text="Of the block's trail of seats, if the entry comes from there."
    )


class SeatStory(serializers.Serializer[Any]):
    """A seat as it is now, and how that came about."""

    event_id = serializers.IntegerField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    status = serializers.ChoiceField(choices=SeatStatus.choices)
    entries = StoryEntry(many=True, help_text="Oldest first.")
