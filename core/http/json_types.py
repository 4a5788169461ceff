"""Fields of request bodies that take exactly the JSON type that the OpenAPI schema names. Texts: core/http/texts.py.

They also say what is wrong in words for people, where the framework's fields speak of Python's types.
"""

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


class Choice(serializers.ChoiceField):
    """One of several texts. An error lists them."""

    default_error_messages = {"invalid_choice": "This must be one of {choices}."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the choice. Raises ValidationError for everything else."""
        if not isinstance(data, str) or data not in self.choice_strings_to_values:
            self.fail("invalid_choice", choices=", ".join(self.choice_strings_to_values))
        return self.choice_strings_to_values[data]


class ListOf(serializers.ListField):
    """A JSON list."""

    default_error_messages = {"not_a_list": "This must be a list, in square brackets."}


class Members(serializers.DictField):
    """A JSON object whose members have names that the client chooses."""

    default_error_messages = {"not_a_dict": "This must be an object, in braces."}
