"""Fields of request bodies."""

import re
from datetime import datetime
from typing import Any

from rest_framework import serializers

# A date, a time and a zone: the seconds may be missing, which RFC 3339 does not allow but many clients send.
DATE_TIME_ZONE = re.compile(r"[0-9-]{10}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})")

NO_MOMENT = "Give a date, a time and a zone, such as 2027-05-01T19:30:00Z or 2027-05-01T19:30:00+02:00."


class MomentField(serializers.DateTimeField):
    """A point in time as RFC 3339 writes it, with date, time and zone: "2027-05-01T19:30:00+02:00".

    The field of the REST framework takes a date alone for midnight, and a time without a zone for UTC. Both are guesses
    that may be wrong by hours.
    """

    default_error_messages = dict.fromkeys(("invalid", "incomplete"), NO_MOMENT)

    def __init__(self, **options: Any) -> None:
        # The browsable API would show a datetime-local input, whose value has no zone.
        options.setdefault("style", {"input_type": "text", "placeholder": "2027-05-01T19:30:00Z"})
        super().__init__(**options)

    def to_internal_value(self, value: Any) -> datetime:
        """Return the time. Raise ValidationError if it is none, or if its date, time or zone is missing."""
        text = value.strip().upper() if isinstance(value, str) else value
        moment: datetime = super().to_internal_value(text)
        if isinstance(text, str) and not has_zone(text):
            self.fail("incomplete")
        return moment


def has_zone(text: str) -> bool:
    """Return whether a text in capital letters has a date, a time and a zone."""
    return DATE_TIME_ZONE.fullmatch(text) is not None
