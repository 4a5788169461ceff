"""Counts and lengths of time as people read them."""

import pytest

from core.text.formatting import format_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (3_600, "1 hour"), (7_300, "2 hours"), (259_200, "3 days")],
)
def test_a_length_of_time_has_its_largest_unit(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text
