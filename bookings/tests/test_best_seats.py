"""The database chooses seats as the specification does, in any block."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.errors import WouldLeaveSingleSeat
from bookings.tests.specification.choosing import (
    best_seats,
    check_single_gaps,
    first_without_gap,
    single_gaps,
)

pytestmark = pytest.mark.django_db
any_block = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)


@st.composite
def blocks(draw: st.DrawFn) -> tuple[str, int]:
    """Letters of a block, and its seats a row; mostly free, or mostly taken."""
    cols, rows = draw(st.integers(1, 9)), draw(st.integers(1, 5))
    alphabet = draw(st.sampled_from(["aaars", "arsb", "arrrssb"]))
    return draw(st.text(alphabet, min_size=rows * cols, max_size=rows * cols)), cols


def free(letters: str) -> list[int]:
    return [position for position, letter in enumerate(letters) if letter == "a"]


def ask(query: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {query}", parameters)
        return cursor.fetchone()[0]


@any_block
@given(block=blocks(), quantity=st.integers(1, 10), gaps_allowed=st.booleans())
def test_the_best_seats(block: tuple[str, int], quantity: int, gaps_allowed: bool) -> None:
    letters, cols = block
    chosen = ask("bookings_best_seats(%s, %s, %s, %s)", letters, cols, quantity, gaps_allowed)
    expected = best_seats(free(letters), quantity=quantity, cols=cols, gaps_allowed=gaps_allowed)
    if expected is None:
        assert len(chosen or []) < quantity  # the hold refuses it by its length
    else:
        assert chosen == expected


@any_block
@given(block=blocks(), quantity=st.integers(1, 4))
def test_the_first_seats_that_leave_no_gap(block: tuple[str, int], quantity: int) -> None:
    letters, cols = block
    expected = first_without_gap(free(letters), quantity=quantity, cols=cols)
    assert ask("bookings_tidy_seats(%s, %s, %s)", letters, cols, quantity) == (expected[0] if expected else None)


@any_block
@given(block=blocks(), data=st.data())
def test_the_single_gaps_a_choice_leaves(block: tuple[str, int], data: st.DataObject) -> None:
    letters, cols = block
    seats = free(letters)
    if not seats:
        return
    chosen = data.draw(st.lists(st.sampled_from(seats), min_size=1, max_size=4, unique=True))
    lonely = ask("bookings_single_gaps(%s, %s, %s)", letters, cols, chosen) or []
    assert lonely == single_gaps(seats, chosen, cols=cols)
    refused = bool(lonely) and ask("bookings_tidy_seats(%s, %s, %s)", letters, cols, len(chosen)) is not None
    assert refused == specification_refuses(seats, chosen, cols)


def specification_refuses(seats: list[int], chosen: list[int], cols: int) -> bool:
    try:
        check_single_gaps(seats, chosen, cols=cols)
    except WouldLeaveSingleSeat:
        return True
    return False
