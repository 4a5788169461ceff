"""Serializers of the waiting room's API."""

from typing import Any

from rest_framework import serializers

from core.http.bodies import Body
from core.http.texts import Text


class PlaceToken(Body):
    """The body of a request to join the queue: the token of a lost place."""

    token = Text(
        required=False,
        allow_null=True,
        max_length=1_000,
        help_text="From an earlier response; restores the place if the queue was lost.",
    )


class QueuePositionBody(serializers.Serializer[Any]):
    """A buyer's place in the queue, or their pass."""

    token = serializers.CharField(allow_null=True, help_text="Restores the place if the queue is lost. Keep it.")
    state = serializers.ChoiceField(choices=["waiting", "admitted"])
    position = serializers.IntegerField(
        help_text="1 is next; 0 if admitted. Before the lottery, while `opens_at` is set, it is the last place of all."
    )
    ahead = serializers.IntegerField()
    eta_seconds = serializers.IntegerField(help_text="Seconds until admission, at the earliest.")
    eta_seconds_latest = serializers.IntegerField(
        help_text="Seconds until admission, at the latest, unless the queue is paused or slowed."
    )
    admit_per_minute = serializers.IntegerField()
    paused = serializers.BooleanField()
    opens_at = serializers.DateTimeField(
        allow_null=True, help_text="When buyers who came early are shuffled; null after it."
    )
    expires_at = serializers.DateTimeField(required=False, help_text="The end of the pass.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add the field `pass`, whose name is a reserved word and so can't be an attribute."""
        help_text = "For the header X-Queue-Pass of a booking."
        return {**super().get_fields(), "pass": serializers.CharField(required=False, help_text=help_text)}
