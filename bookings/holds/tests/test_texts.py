"""How bookings are shown as text: statuses, ranges of seats, and durations."""

import pytest

from bookings.holds.texts import STATUS_TEXTS, duration_text, ranges
from bookings.states import BookingStatus


def test_each_status_has_a_different_label() -> None:
    assert set(STATUS_TEXTS) == set(BookingStatus)
    assert len({text.label for text in STATUS_TEXTS.values()}) == len(STATUS_TEXTS)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        ([4], "4"),
        ([4, 5], "4 and 5"),
        ([1, 3], "1 and 3"),
        ([1, 2, 3], "1–3"),
        ([1, 2, 3, 7, 8, 10], "1–3, 7, 8 and 10"),
    ],
)
def test_seats_are_shown_as_people_say_them(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (20, "20 s"), (90, "1 min 30 s"), (300, "5 min"), (3600, "1 h")]
)
def test_durations_are_shortened(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text
