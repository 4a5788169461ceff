"""Texts in request bodies: fields that take JSON strings only. The framework's fields also take numbers.

Every text of a body is one of these; a test walks all bodies. Choose by what the text is for:

- `Line`: a name or anything else that people see in one line.
- `Paragraphs`: text that may have line breaks.
- `EmailAddress`: an email address.
- `Text`: codes, tokens and passwords, which are compared and not shown.
"""

from typing import Any

from rest_framework import serializers

from core.text.lines import check_line, check_paragraphs
from core.text.visible import check_visible


class Text(serializers.CharField):
    """A JSON string of any characters."""

    default_error_messages = {"invalid": "This must be a text, in quotes."}
    checks: tuple[Any, ...] = ()  # validators that every field of the class has

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [*(one for one in self.validators if one not in self.checks), *self.checks]

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError for every other type."""
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class Line(Text):
    """A text of one line, in which a person can see something."""

    checks = (check_visible, check_line)


class Paragraphs(Text):
    """A text that may have line breaks."""

    checks = (check_visible, check_paragraphs)


class EmailAddress(Line, serializers.EmailField):
    """An email address."""

    default_error_messages = {"invalid": "Enter a valid email address."}
