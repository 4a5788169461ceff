"""The seat rules in SQL give the same results as their specification, for random subsections."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.errors import WouldLeaveSingleSeat
from bookings.holds.tests.seat_rules import best_seats, may_take, single_gaps
from bookings.specification import seat_choice as choosing
from events.models import Subsection

pytestmark = pytest.mark.django_db
many_examples = settings(max_examples=300)


@st.composite
def subsections(draw: st.DrawFn) -> Subsection:
    """Generate subsections: mostly free or mostly taken, half of them with wheelchair places."""
    cols, rows = draw(st.integers(1, 9)), draw(st.integers(1, 5))
    alphabet = draw(st.sampled_from(["aaars", "arsb", "arrrssb"]))
    seat_status = draw(st.text(alphabet, min_size=rows * cols, max_size=rows * cols))
    places = st.lists(st.integers(0, rows * cols - 1), max_size=8, unique=True)
    return Subsection(seat_status=seat_status, cols=cols, accessible=draw(st.just([]) | places.map(sorted)))


def free(subsection: Subsection) -> list[int]:
    return [position for position, letter in enumerate(subsection.seat_status) if letter == "a"]


@many_examples
@given(subsection=subsections(), quantity=st.integers(1, 10), gaps_allowed=st.booleans())
def test_best_seats(subsection: Subsection, quantity: int, gaps_allowed: bool) -> None:
    expected = choosing.best_seats(
        free(subsection),
        quantity=quantity,
        cols=subsection.cols,
        accessible=subsection.accessible,
        gaps_allowed=gaps_allowed,
    )
    assert best_seats(subsection, quantity, gaps_allowed=gaps_allowed) == expected


@many_examples
@given(subsection=subsections(), quantity=st.integers(1, 6), places=st.integers(1, 4), gaps_allowed=st.booleans())
def test_best_seats_with_wheelchair_places(
    subsection: Subsection, quantity: int, places: int, gaps_allowed: bool
) -> None:
    places = min(places, quantity)
    expected = choosing.best_seats(
        free(subsection),
        quantity=quantity,
        cols=subsection.cols,
        accessible=subsection.accessible,
        places=places,
        gaps_allowed=gaps_allowed,
    )
    assert best_seats(subsection, quantity, places, gaps_allowed=gaps_allowed) == expected


@many_examples
@given(subsection=subsections(), data=st.data())
def test_single_gaps_of_a_choice(subsection: Subsection, data: st.DataObject) -> None:
    seats = free(subsection)
    if not seats:
        return
    chosen = data.draw(st.lists(st.sampled_from(seats), min_size=1, max_size=4, unique=True))
    expected = choosing.single_gaps(seats, chosen, cols=subsection.cols, accessible=subsection.accessible)
    assert single_gaps(subsection, chosen) == expected
    assert may_take(subsection, chosen) == specification_allows(subsection, chosen)


def specification_allows(subsection: Subsection, chosen: list[int]) -> bool:
    try:
        choosing.check_single_gaps(free(subsection), chosen, cols=subsection.cols, accessible=subsection.accessible)
    except WouldLeaveSingleSeat:
        return False
    return True
