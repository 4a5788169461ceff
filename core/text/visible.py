"""Tell text that a person can read from text that only looks empty."""

import unicodedata

from django.core.exceptions import ValidationError

# Unicode's general categories without a shape of their own: separators, controls, formats (zero-width characters, byte
# order marks, bidi controls), surrogates, and marks, which need a letter to stand on.
INVISIBLE_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me"})
# Letters and symbols that fonts show as nothing: the Hangul fillers, the empty Braille pattern and the null notehead.
BLANK_SHAPES = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
# Zero-width joiners: invisible, but part of words in Persian and Hindi and of emoji. Ignored by the check for printable
# characters.
JOINERS = {0x200C: None, 0x200D: None}


def is_blank(text: str) -> bool:
    """Return whether the text has no character that a reader can see."""
    if text.isascii() and text.isprintable():
        return text.strip() == ""
    return all(
        character in BLANK_SHAPES or unicodedata.category(character) in INVISIBLE_CATEGORIES for character in text
    )


def composed(text: str) -> str:
    """Return the text in Unicode's normal form C, in which names that look the same are the same."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_printable(text: str) -> bool:
    """Return whether all characters of the text can be printed in one line, zero-width joiners among them."""
    return text.isprintable() or text.translate(JOINERS).isprintable()


def check_visible(text: str) -> None:
    """Raise ValidationError for a blank text. A validator for fields of models, forms and serializers."""
    if is_blank(text):
        raise ValidationError(
            "This must have characters that can be seen.", "invisible"
        )  # "blank" has a text of its own
