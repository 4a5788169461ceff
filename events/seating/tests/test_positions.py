"""Conversion between the names of seats, "row-seat", and their positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from events.seating.positions import position_of, positions_of, seat_name


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_the_name_of_a_position_is_parsed_to_the_same_position(rows: int, cols: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, rows * cols - 1))
    assert position_of(seat_name(position, cols), rows=rows, cols=cols) == position


@pytest.mark.parametrize(
    "seat",
    ["0-1", "1-0", "6-1", "1-11", "1", "1-", "-1", "1-1-1", "a-b", " 1-1", "1-1\n", "١-١", "01-1", "1" * 9 + "-1", ""],
)
def test_an_unknown_seat_is_refused(seat: str) -> None:
    with pytest.raises(BadInput) as refusal:
        positions_of(["1-1", seat], rows=5, cols=10)
    assert [problem["field"] for problem in refusal.value.extra["errors"]] == ["seat_positions.1"]


def test_a_seat_named_twice_is_refused() -> None:
    with pytest.raises(BadInput) as refusal:
        positions_of(["2-3", "1-1", "2-3"], rows=5, cols=10)
    assert refusal.value.extra["errors"][0]["code"] == "duplicate"


def test_positions_keep_the_order_of_the_names() -> None:
    assert positions_of(["2-1", "1-10"], rows=5, cols=10) == [10, 9]
