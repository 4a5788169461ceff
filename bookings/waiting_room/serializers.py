"""The shapes of the waiting room's API."""

from typing import Any

from rest_framework import serializers


class PlaceToken(serializers.Serializer[Any]):
    """POST: the token of the place that the client had."""

    token = serializers.CharField(
        required=False, allow_null=True, max_length=1_000, help_text="From an earlier answer; needed if it was lost."
    )


class QueuePositionBody(serializers.Serializer[Any]):
    """A buyer's place in the queue, or their pass."""

    token = serializers.CharField(allow_null=True, help_text="Gives the place back if the queue is lost. Keep it.")
    state = serializers.ChoiceField(choices=["waiting", "admitted"])
    position = serializers.IntegerField(allow_null=True, help_text="1 is next; null before the draw.")
    ahead = serializers.IntegerField(allow_null=True)
    eta_seconds = serializers.IntegerField(allow_null=True, help_text="At the soonest.")
    eta_seconds_latest = serializers.IntegerField(allow_null=True, help_text="Unless the queue is paused or slowed.")
    admit_per_minute = serializers.IntegerField()
    paused = serializers.BooleanField()
    opens_at = serializers.DateTimeField(allow_null=True, help_text="When buyers who came early are shuffled.")
    expires_at = serializers.DateTimeField(required=False, help_text="The end of the pass.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With `pass`, which is no name for an attribute."""
        about = "For X-Queue-Pass when seats are booked."
        return {**super().get_fields(), "pass": serializers.CharField(required=False, help_text=about)}
