"""Numbers and booleans in request bodies: fields that take exactly the JSON type that the OpenAPI schema names."""

import math
from typing import Any

from rest_framework import serializers


class WholeNumber(serializers.IntegerField):
    """A JSON number without fraction and exponent. The framework's field also takes "5", 5.0 and 1e3.

    Money and seats are counted with it, so nothing is converted that the client may have meant otherwise.
    """

    default_error_messages = {"invalid": "This must be a whole number, without quotes, decimals and exponent."}

    def to_internal_value(self, data: Any) -> int:
        """Return the number. Raises ValidationError for every other type."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A finite JSON number. The framework's field also takes "5" and, as Python does, NaN."""

    default_error_messages = {"invalid": "This must be a number, without quotes."}

    def to_internal_value(self, data: Any) -> float:
        """Return the number. Raises ValidationError for every other type."""
        if isinstance(data, bool) or not isinstance(data, int | float) or not math.isfinite(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """A JSON true or false. The framework's field also takes "no", "off", 1 and other texts and numbers."""

    default_error_messages = {"invalid": "This must be true or false, without quotes."}

    def to_internal_value(self, data: Any) -> bool:
        """Return the value. Raises ValidationError for every other type."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data
