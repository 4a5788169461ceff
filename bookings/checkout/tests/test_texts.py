"""How bookings are shown as text: statuses and durations."""

import pytest

from bookings.checkout.texts import STATUS_TEXTS, duration_text
from bookings.states import BookingStatus


def test_each_status_has_a_different_label() -> None:
    assert set(STATUS_TEXTS) == set(BookingStatus)
    assert len({text.label for text in STATUS_TEXTS.values()}) == len(STATUS_TEXTS)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (20, "20 s"), (90, "1 min 30 s"), (300, "5 min"), (3600, "1 h")]
)
def test_durations_are_shortened(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text
