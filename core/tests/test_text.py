"""A name that nobody can see is blank, wherever it is typed."""

import pytest
from django.core.exceptions import ValidationError

from core.text.visible import check_visible, is_blank

INVISIBLE = [
    "",
    " ",
    "\t\n\r",
    "\u00a0\u2003\u3000",  # spaces that do not break, or are wide
    "\u200b",  # zero-width space
    "\u200c\u200d",  # joiners
    "\ufeff",  # byte order mark
    "\u202e\u2066\u2069",  # bidi controls
    "\u00ad",  # soft hyphen
    "\u115f\u1160",  # Hangul fillers
    "\u3164",
    "\uffa0",
    "\u2800",  # Braille without dots
    "\u034f",  # combining grapheme joiner
    "\ufe0f",  # variation selector
    "\u0301\u20dd",  # an accent and a circle without a letter
    "\U000e0041",  # tag
    "\u2028\u2029",
    "\x01\x7f",
    "\u180e",
    "\u2061",
]


@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
def test_text_without_a_visible_character_is_blank(text: str) -> None:
    assert is_blank(text)
    with pytest.raises(ValidationError, match="can be seen"):
        check_visible(text)


VISIBLE = ["A", "-", "½", "Žižek", "北京", "הדר", "한", "क्षि", "می\u200cخواهم", "👩\u200d👧", "𝄞", "\u200bA", "\u0378"]


@pytest.mark.parametrize("text", VISIBLE, ids=ascii)
def test_text_of_any_script_is_visible(text: str) -> None:
    assert not is_blank(text)
    check_visible(text)
