"""Names in sentences keep their direction to themselves."""

import pytest

from core.text.directions import isolated


@pytest.mark.parametrize("name", ["", "12a", "Loge „Süd“ 7", "ряд 3", "夜", "3–5", "e\u0301"], ids=ascii)
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert isolated(name) == name


@pytest.mark.parametrize("name", ["א", "1א", "شرفة", "٣", "Row א", "A\u200f1"], ids=ascii)
def test_a_name_that_could_move_its_neighbours_is_isolated(name: str) -> None:
    assert isolated(name) == f"\u2068{name}\u2069"
