"""Keep a name from moving the text around it: names in Hebrew or Arabic are read from the right (Unicode's annex 9).

Without it, "seats 1א, 2 and 3" is shown as "seats 12 ,א and 3". `isolated` in ticketing/static/ticketing/format.js is
the same for scripts.
"""

import unicodedata

RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})  # Unicode's bidirectional classes: Hebrew, Arabic, Arabic digits
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
ISOLATES = frozenset({FIRST_STRONG_ISOLATE, POP_ISOLATE})


def has_right_to_left(text: str) -> bool:
    """Return whether a part of the text is read from the right."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in text)


def isolated(name: str) -> str:
    """Return a name, to be put into a sentence or beside others, between marks that keep its direction to itself.

    Its own direction is that of its first letter. A name without letters or digits of such scripts stays as it is.
    """
    return f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}" if has_right_to_left(name) else name
