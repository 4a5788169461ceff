"""The database chooses seats as the specification does, in any block."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.errors import WouldLeaveSingleSeat
from bookings.holds.tests.seat_rules import best_seats, may_take, single_gaps
from bookings.specification import seat_choice as choosing
from events.models import Subsection

pytestmark = pytest.mark.django_db
any_block = settings(max_examples=300)


@st.composite
def blocks(draw: st.DrawFn) -> Subsection:
    """Mostly free, or mostly taken; half of them with wheelchair places."""
    cols, rows = draw(st.integers(1, 9)), draw(st.integers(1, 5))
    alphabet = draw(st.sampled_from(["aaars", "arsb", "arrrssb"]))
    letters = draw(st.text(alphabet, min_size=rows * cols, max_size=rows * cols))
    places = st.lists(st.integers(0, rows * cols - 1), max_size=8, unique=True)
    return Subsection(seat_status=letters, cols=cols, accessible=draw(st.just([]) | places.map(sorted)))


def free(block: Subsection) -> list[int]:
    return [position for position, letter in enumerate(block.seat_status) if letter == "a"]


@any_block
@given(block=blocks(), quantity=st.integers(1, 10), gaps_allowed=st.booleans())
def test_the_best_seats(block: Subsection, quantity: int, gaps_allowed: bool) -> None:
    expected = choosing.best_seats(
        free(block), quantity=quantity, cols=block.cols, accessible=block.accessible, gaps_allowed=gaps_allowed
    )
    assert best_seats(block, quantity, gaps_allowed=gaps_allowed) == expected


@any_block
@given(block=blocks(), quantity=st.integers(1, 6), places=st.integers(1, 4), gaps_allowed=st.booleans())
def test_the_best_seats_with_wheelchair_places(
    block: Subsection, quantity: int, places: int, gaps_allowed: bool
) -> None:
    places = min(places, quantity)
    expected = choosing.best_seats(
        free(block),
        quantity=quantity,
        cols=block.cols,
        accessible=block.accessible,
        places=places,
        gaps_allowed=gaps_allowed,
    )
    assert best_seats(block, quantity, places, gaps_allowed=gaps_allowed) == expected


@any_block
@given(block=blocks(), data=st.data())
def test_the_single_gaps_a_choice_leaves(block: Subsection, data: st.DataObject) -> None:
    seats = free(block)
    if not seats:
        return
    chosen = data.draw(st.lists(st.sampled_from(seats), min_size=1, max_size=4, unique=True))
    expected = choosing.single_gaps(seats, chosen, cols=block.cols, accessible=block.accessible)
    assert single_gaps(block, chosen) == expected
    assert may_take(block, chosen) == specification_lets(block, chosen)


def specification_lets(block: Subsection, chosen: list[int]) -> bool:
    try:
        choosing.check_single_gaps(free(block), chosen, cols=block.cols, accessible=block.accessible)
    except WouldLeaveSingleSeat:
        return False
    return True
