"""Tell text that people can read from text with control characters: a name is one line, a description may have more.

Control characters break what the text is printed in: emails, calendar files, CSV, PDFs and terminals. Marks that turn
the direction of text can make a name look like another one. Zero-width joiners belong to words in Persian and Hindi and
to emoji, and left-to-right and right-to-left marks to names in Hebrew and Arabic, so these are allowed.
"""

import unicodedata

from django.core.exceptions import ValidationError

from core.text.visible import is_printable

LINE_BREAKS = frozenset("\n\v\f\r\x85\u2028\u2029")
LAYOUT = frozenset("\t\n\r")  # control characters that text of several lines may have
# Embeddings, overrides and isolates (Unicode's annex 9), which also change how the text around the name is shown.
DIRECTION_CHANGES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_line(text: str) -> None:
    """Raise ValidationError unless the text is one line. A validator for fields of models, forms and serializers."""
    if not LINE_BREAKS.isdisjoint(text) or "\t" in text:
        raise ValidationError("This must be one line, without line breaks and tabs.", "not_one_line")
    _refuse(text, {one for one in text if _is_control(one) or one in DIRECTION_CHANGES})


def problem_of_line(text: str) -> tuple[str, str] | None:
    """Return the code and detail of why a text isn't one line of printable characters, or None.

    The codes are those of `check_line`; zero-width spaces and soft hyphens are refused, too.
    """
    if is_printable(text):
        return None
    try:
        check_line(text)
        _refuse(text, {one for one in text if not is_printable(one)})
    except ValidationError as error:
        return str(error.code), error.messages[0]
    return None


def check_paragraphs(text: str) -> None:
    """Raise ValidationError for control characters other than line breaks and tabs. A validator like `check_line`."""
    _refuse(text, {one for one in text if _is_control(one) and one not in LAYOUT})


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _refuse(text: str, characters: set[str]) -> None:
    if characters:
        first = min(characters, key=text.index)
        raise ValidationError(
            f"Please remove the invisible character U+{ord(first):04X}; text can't contain it.", "control_character"
        )
