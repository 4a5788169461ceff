"""A name that nobody can see is blank, and one with line breaks or control characters is none."""

import pytest
from django.core.exceptions import ValidationError

from core.text.lines import check_line, check_paragraphs
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


@pytest.mark.parametrize("text", VISIBLE, ids=ascii)
def test_text_of_any_script_is_a_line(text: str) -> None:
    check_line(text)
    check_paragraphs(text)


IN_WORDS = [
    *("שלום\u200f!", "\u200eABC", "\u061c\u0639"),  # marks of direction, for one character
    *("co\u00adop", "a\u00a0b", "🏴\U000e0067\U000e007f"),  # a soft hyphen, a fixed space, the tags of a flag
]


@pytest.mark.parametrize("text", IN_WORDS, ids=ascii)
def test_marks_that_belong_to_words_may_be_in_a_line(text: str) -> None:
    check_line(text)


@pytest.mark.parametrize("mark", ["\n", "\r", "\r\n", "\t", "\v", "\f", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_a_line_has_no_line_breaks_and_tabs(mark: str) -> None:
    for text in (f"a{mark}b", f"{mark}a", f"a{mark}"):
        with pytest.raises(ValidationError, match="one line"):
            check_line(text)


INVISIBLE_CONTROLS = [chr(code) for code in (*range(9), *range(0x0E, 0x20), *range(0x7F, 0xA0)) if code != 0x85]


def test_no_text_has_other_control_characters() -> None:
    for control in INVISIBLE_CONTROLS:
        for check in (check_line, check_paragraphs):
            with pytest.raises(ValidationError, match=f"U\\+{ord(control):04X}"):
                check(f"a{control}b")


@pytest.mark.parametrize("mark", [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))], ids=ascii)
def test_a_line_does_not_turn_the_direction_of_text(mark: str) -> None:
    with pytest.raises(ValidationError, match="U\\+20"):
        check_line(f"gnp.{mark}exe")


def test_paragraphs_may_have_line_breaks_and_tabs() -> None:
    check_paragraphs("First\r\n\n\tsecond\u2028third")
