"""The seat rules: the best available seats, and single gaps.

In the drawings, `.` is a free seat, `x` a taken one, `o` a free wheelchair place, `c` a free companion's seat.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.errors import WouldLeaveSingleSeat
from bookings.specification.seat_choice import (
    best_seats,
    check_single_gaps,
    first_window,
    groups_of,
    single_gaps,
    unclaimed,
)


def free(*rows: str) -> list[int]:
    return [position for position, seat in enumerate("".join(rows)) if seat in ".oc"]


def kept(*rows: str, letter: str = "o") -> list[int]:
    return [position for position, seat in enumerate("".join(rows)) if seat == letter]


def best(quantity: int, *rows: str, places: int = 0, gaps_allowed: bool = True) -> list[int] | None:
    return best_seats(
        free(*rows),
        quantity=quantity,
        cols=len(rows[0]),
        accessible=kept(*rows),
        companions=kept(*rows, letter="c"),
        places=places,
        gaps_allowed=gaps_allowed,
    )


def test_the_first_row_from_the_front_with_enough_seats_side_by_side_wins() -> None:
    assert best(3, "..x..", ".x...", ".....") == [7, 8, 9]
    assert best(2, ".....") == [0, 1]


def test_seats_at_the_end_of_one_row_and_the_start_of_the_next_are_not_side_by_side() -> None:
    assert best(2, "xx.", ".xx", "..x") == [6, 7]


def test_if_no_row_has_room_the_longest_runs_are_taken() -> None:
    assert best(4, "..x.x", "...x.") == [0, 5, 6, 7]
    assert best(5, "..x..", "..x..") == [0, 1, 3, 4, 5]


def test_fewer_free_seats_than_wanted_give_nothing() -> None:
    assert best(3, "..xxx") is None


def test_if_single_gaps_are_not_allowed_seats_that_leave_none_are_preferred() -> None:
    assert best(2, "...", "....", gaps_allowed=True) == [0, 1]
    assert best(2, "...x", "....", gaps_allowed=False) == [4, 5]


def test_seats_that_leave_a_gap_are_better_than_none() -> None:
    assert best(2, "...", gaps_allowed=False) == [0, 1]


@pytest.mark.parametrize(
    ("rows", "chosen", "gaps"),
    [
        (["....."], [0, 1], []),
        (["....."], [1, 2], [0]),
        (["....."], [1, 3], [0, 2, 4]),
        ([".x..."], [3, 4], [2]),
        (["x.x.."], [3, 4], []),  # seat 2 was alone before
        (["...", "..."], [0, 1], [2]),
    ],
)
def test_a_single_gap_lies_between_taken_seats_or_the_end_of_the_row(
    rows: list[str], chosen: list[int], gaps: list[int]
) -> None:
    assert single_gaps(free(*rows), chosen, cols=len(rows[0])) == gaps


def test_a_choice_that_leaves_a_gap_is_refused_with_the_seat_left_alone() -> None:
    with pytest.raises(WouldLeaveSingleSeat) as raised:
        check_single_gaps(free("....."), [1, 2], cols=5)
    assert raised.value.extra["seats"] == ["1-1"]


def test_a_choice_that_leaves_a_gap_is_allowed_if_no_other_fits() -> None:
    check_single_gaps(free("..."), [0, 1], cols=3)


def test_buyers_who_request_no_wheelchair_place_never_get_one() -> None:
    assert best(2, "oo..", "....") == [2, 3]
    assert best(2, ".o.o", "x.xx") == [0, 2]
    assert best(2, "oooo", ".xxx") is None


def test_buyers_who_request_wheelchair_places_get_the_first_row_with_room_for_all() -> None:
    assert best(3, "x.o.", "oo..", places=1) == [1, 2, 3]
    assert best(3, "x.o.", "oo..", places=2) == [4, 5, 6]


def test_within_a_row_the_seats_with_the_fewest_wheelchair_places_are_chosen() -> None:
    assert best(2, "oo.o.x", places=1) == [1, 2]
    assert best(2, "ooo.o.", places=1) == [2, 3]
    assert best(2, "oo", places=1) == [0, 1]


def test_if_no_row_has_room_companions_sit_as_near_as_possible() -> None:
    assert best(3, ".....", ".xoxo", places=2) == [5, 7, 9]
    assert best(3, ".....", "xxoxo", places=2) == [2, 7, 9]
    assert best(2, "oxx.", ".xxx", places=1) == [0, 3]
    assert best(4, "ox.x", "xx.x", ".xxo", places=2) == [0, 2, 8, 11]


def test_too_few_wheelchair_places_give_nothing() -> None:
    assert best(2, "o...", places=2) is None
    assert best(2, "oxxx", places=1) is None


def test_seats_with_wheelchair_places_that_leave_no_gap_are_preferred() -> None:
    assert best(2, "..o...", places=1, gaps_allowed=False) == [2, 3]
    assert best(2, ".o.x.", "o...x", places=1, gaps_allowed=False) == [5, 6]
    assert best(2, ".o.", places=1, gaps_allowed=False) == [0, 1]


def test_a_wheelchair_place_is_no_gap_and_keeps_its_neighbour_company() -> None:
    rows = ["o..", ".o."]
    assert single_gaps(free(*rows), [1, 2], cols=3, accessible=kept(*rows)) == []
    assert single_gaps(free(*rows), [5], cols=3, accessible=kept(*rows)) == []
    assert single_gaps(free(*rows), [4], cols=3, accessible=kept(*rows)) == [3, 5]


def test_a_wheelchair_place_is_not_refused_because_other_seats_would_leave_no_gap() -> None:
    rows = [".o.", "..."]
    check_single_gaps(free(*rows), [1], cols=3, accessible=kept(*rows))
    with pytest.raises(WouldLeaveSingleSeat):
        check_single_gaps(free(*rows), [4], cols=3, accessible=kept(*rows))


@pytest.mark.parametrize(
    ("row", "chosen", "refused"),
    [
        ("oc", "xx", []),
        ("oc", ".x", [1]),
        ("co.", "xxx", []),
        ("ococ", "xx..", []),
        ("ococ", "x..x", []),  # side by side are the other place and the other seat
        ("ococ", ".xxx", [3]),  # one place brings one seat
        ("coc", "xxx", []),  # a place has all seats that are only for it
        ("occcoc", "xxx...", []),  # four seats for two places
        ("occcoc", "xxxx..", [3]),
        ("occoc", "xxx...", [2]),  # the third seat is only for those who have both places
        ("occoc", "xxxxx", []),
        ("oo.oc", "x...x", [4]),  # nor is it a seat for those who sit somewhere else
        ("ooc", "xxx", []),
        ("o.c.c", "x.x..", []),  # seats apart are for all places
        ("o.c.c", "x.x.x", []),
        ("o.o.c", "x...x", []),
        ("o.o.c.c", "x...x.x", [6]),
        ("..c", "x.x", [2]),  # there is no place to bring it
    ],
)
def test_each_wheelchair_place_brings_the_companions_seats_of_its_group(
    row: str, chosen: str, refused: list[int]
) -> None:
    groups = groups_of(kept(row), kept(row, letter="c"), cols=len(row))
    assert unclaimed(kept(chosen, letter="x"), groups) == refused


def test_the_best_available_have_the_companions_seats_of_their_wheelchair_places_and_no_others() -> None:
    assert best(2, ".oc.", places=1) == [1, 2]
    assert best(1, "c...") == [1]
    assert best(4, "..ococ..", places=1) == [0, 1, 2, 3]
    assert best(4, "xxococxx", places=1) == [2, 3, 4, 5]  # with a second place, which brings the second seat
    assert best(3, "x.ocx", "cx.xx", places=1) == [1, 2, 3]
    assert best(3, "xxocx", "cxxx.", places=1) == [2, 3, 5]
    assert best(3, "xxocx", "xcoxx", places=1) == [2, 3, 7]  # the seat beside the second place isn't for the first
    assert best(2, "oxx.", "ocxx", places=2) == [0, 4]


@given(st.integers(1, 12), st.integers(1, 8), st.data())
def test_the_best_seats_are_free_distinct_and_side_by_side_if_any_row_has_room(
    cols: int, quantity: int, data: st.DataObject
) -> None:
    seats = sorted(data.draw(st.sets(st.integers(0, cols * 6 - 1))))
    chosen = best_seats(seats, quantity=quantity, cols=cols)
    if chosen is None:
        assert len(seats) < quantity
        return
    assert len(set(chosen)) == quantity
    assert set(chosen) <= set(seats)
    starts = [
        start
        for start in seats
        if start % cols + quantity <= cols and set(range(start, start + quantity)) <= set(seats)
    ]
    if starts:
        assert chosen == list(range(starts[0], starts[0] + quantity))


@given(st.integers(1, 12), st.integers(1, 6), st.data())
def test_a_tidy_choice_leaves_no_gap(cols: int, quantity: int, data: st.DataObject) -> None:
    seats = sorted(data.draw(st.sets(st.integers(0, cols * 4 - 1))))
    chosen = first_window(seats, quantity=quantity, cols=cols, tidy=True)
    if chosen is not None:
        assert set(chosen) <= set(seats)
        assert all(b == a + 1 for a, b in pairwise(chosen))
        assert single_gaps(seats, chosen, cols=cols) == []
