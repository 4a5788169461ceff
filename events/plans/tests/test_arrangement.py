"""Where places lie, which of them are neighbours, and how they go round tables."""

from itertools import pairwise
from math import atan2, dist, hypot
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.plans.plan import Block, Place, Row
from events.plans.tests.documents import block_of, grid_of, read
from events.states import SubsectionKind

ROUNDING = 1.5  # centimetres: both ends of a distance are rounded


def points(row: Row) -> list[tuple[int, int]]:
    return [(place.x, place.y) for place in row.places]


def points_of(**grid: Any) -> list[list[tuple[int, int]]]:
    return [points(row) for row in block_of(grid_of(**grid)).rows]


def runs(block: Block) -> list[list[str]]:
    """The labels of each row; a bar stands where a run of neighbours ends."""
    return [[place.label + "|" * place.ends_run for place in row.places] for row in block.rows]


def test_straight_rows_lie_below_the_middle_of_the_front_row() -> None:
    assert points_of(rows=2, seats=3) == [[(-50, 0), (0, 0), (50, 0)], [(-50, 90), (0, 90), (50, 90)]]


@pytest.mark.parametrize(
    ("align", "front", "second"),
    [
        ("center", [(-60, 0), (0, 0), (60, 0)], [(-30, 100), (30, 100)]),
        ("left", [(-60, 0), (0, 0), (60, 0)], [(-60, 100), (0, 100)]),
        ("right", [(-60, 0), (0, 0), (60, 0)], [(0, 100), (60, 100)]),
    ],
)
def test_rows_of_different_lengths_are_aligned(align: str, front: Any, second: Any) -> None:
    grid = {"rows": 2, "seats": [3, 2], "row_spacing": 100, "seat_spacing": 60, "align": align}
    assert points_of(**grid) == [front, second]


def test_each_row_is_moved_by_the_skew() -> None:
    assert points_of(rows=3, seats=1, skew=-20) == [[(0, 0)], [(-20, 90)], [(-40, 180)]]


def test_an_aisle_widens_the_rows_that_are_longer() -> None:
    rows = points_of(rows=2, seats=[4, 2], aisles=[2], aisle_width=80)
    assert rows == [[(-115, 0), (-65, 0), (65, 0), (115, 0)], [(-25, 90), (25, 90)]]


def test_seats_line_up_along_a_straight_aisle_in_the_middle() -> None:
    rows = points_of(rows=3, seats=[4, 5, 6], aisles=[3], aisle_width=80, straight_aisles=True)
    assert [[x for x, _ in row] for row in rows] == [
        [-115, -65, 65, 115],
        [-165, -115, -65, 65, 115],
        [-165, -115, -65, 65, 115, 165],
    ]
    block = block_of(grid_of(rows=3, seats=[4, 5, 6], aisles=[3], straight_aisles=True, missing=[[3, 6]]))
    assert runs(block) == [["1", "2|", "3", "4"], ["1", "2", "3|", "4", "5"], ["1", "2", "3|", "4", "5"]]


def test_straight_aisles_divide_all_rows_as_they_divide_the_longest_one() -> None:
    grid = {"rows": 4, "seats": [12, 15, 1, 18], "aisles": [6, 12], "aisle_width": 100}
    straight = block_of(grid_of(**grid, straight_aisles=True))
    assert [[place.label for place in row.places if place.ends_run] for row in straight.rows] == [
        ["4", "8"],
        ["5", "10"],
        [],  # too short
        ["6", "12"],
    ]
    gaps = [
        (row.places[count - 1].x + row.places[count].x) / 2 for row, count in zip(straight.rows, (4, 5), strict=False)
    ]
    assert gaps == [-150, -175]  # a straight line from the front to (-200) of the longest row
    assert points(straight.rows[3]) == points(block_of(grid_of(**grid)).rows[3])


def test_straight_aisles_of_a_fan_point_to_the_middle_of_the_circles() -> None:
    counts = [20, 22, 24, 26, 28]  # a seat has the same angle in all rows, a twentieth of a radian
    grid = {"rows": 5, "seats": counts, "radius": 1_000, "row_spacing": 100, "aisles": [7, 21], "aisle_width": 0}
    rows = points_of(**grid, straight_aisles=True)
    for row, count in zip(rows, counts, strict=True):
        left = (2 * count * 7 + 28) // 56
        angles = [atan2(x, y + 1_000) for x, y in row[left - 1 : left + 1]]
        assert abs(sum(angles) / 2 + 0.25) < 0.003


@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    aisles=st.sets(st.integers(1, 45), max_size=4),
    width=st.integers(0, 120),
)
def test_seats_beside_straight_aisles_never_get_closer(counts: list[int], aisles: set[int], width: int) -> None:
    grid = {"rows": len(counts), "seats": counts, "aisles": sorted(aisles), "aisle_width": width}
    for row in block_of(grid_of(**grid, straight_aisles=True)).rows:
        for left, right in pairwise(row.places):
            assert right.x - left.x >= 50 - ROUNDING


def test_a_block_is_moved_and_turned_clockwise() -> None:
    block = block_of({**grid_of(rows=2, seats=2), "x": 1_000, "y": 500, "rotation": 90})
    assert [points(row) for row in block.rows] == [[(1_000, 475), (1_000, 525)], [(910, 475), (910, 525)]]


def test_lengths_are_in_the_unit_of_the_plan_and_defaults_in_centimetres() -> None:
    metres = {**grid_of(rows=2, seats=2, seat_spacing=0.6), "x": 5}
    [block] = read(metres, unit_cm=100).blocks
    assert [points(row) for row in block.rows] == [[(470, 0), (530, 0)], [(470, 90), (530, 90)]]


def test_the_front_row_of_an_arc_goes_through_the_origin() -> None:
    front, second = points_of(rows=2, seats=3, radius=100, row_spacing=100, seat_spacing=100)
    # An arc of 100 cm on a circle of 100 cm is 1 radian.
    assert front == [(-84, -46), (0, 0), (84, -46)]
    assert second == [(-96, 76), (0, 100), (96, 76)]  # half a radian


@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    radius=st.integers(900, 5_000),
    spacing=st.integers(45, 70),
    aisles=st.sets(st.integers(1, 30), max_size=3),
    rotation=st.integers(-360, 360),
    align=st.sampled_from(["center", "left", "right"]),
    skew=st.integers(-30, 30),
)
@settings(max_examples=60)
def test_seats_on_arcs_keep_their_distance(
    counts: list[int], radius: int, spacing: int, aisles: set[int], rotation: int, align: str, skew: int
) -> None:
    grid = {"rows": len(counts), "seats": counts, "radius": radius, "seat_spacing": spacing, "aisles": sorted(aisles)}
    block = block_of(
        {**grid_of(**grid, align=align, skew=skew, aisle_width=60), "x": 40, "y": -70, "rotation": rotation}
    )
    for row in block.rows:
        for number, (left, right) in enumerate(pairwise(points(row)), 1):
            along = spacing + 60 * (number in aisles)
            # The straight line is a little shorter than the arc.
            assert along * 0.995 - ROUNDING <= dist(left, right) <= along + ROUNDING


def test_all_seats_of_a_row_are_as_far_from_the_centre_of_the_circle() -> None:
    block = block_of({**grid_of(rows=3, seats=20, radius=1_000), "x": 0, "y": 1_000, "rotation": 25})
    centre = (1_000 * 0.42262, 1_000 - 1_000 * 0.90631)  # in front of the block, turned with it
    for row, radius in zip(block.rows, (1_000, 1_090, 1_180), strict=True):
        assert all(abs(dist(point, centre) - radius) < ROUNDING for point in points(row))


@pytest.mark.parametrize(("align", "end"), [("left", 0), ("right", -1)])
def test_rows_on_arcs_that_are_aligned_have_one_radial_edge(align: str, end: int) -> None:
    rows = points_of(rows=4, seats=[10, 11, 9, 14], radius=1_000, align=align)
    slopes = [row[end][0] / (row[end][1] + 1_000) for row in rows]
    assert max(slopes) - min(slopes) < 0.002


def test_aisles_and_missing_seats_end_a_run_but_the_end_of_a_row_does_not() -> None:
    block = block_of(grid_of(rows=3, seats=[6, 3, 6], aisles=[3], missing=[[1, 5], [3, 1], [3, 6]]))
    assert runs(block) == [["1", "2", "3|", "4|", "6"], ["1", "2", "3"], ["2", "3|", "4", "5"]]


def test_a_run_ends_once_where_a_missing_seat_is_beside_an_aisle() -> None:
    assert runs(block_of(grid_of(rows=1, seats=6, aisles=[3], missing=[[1, 4]]))) == [["1", "2", "3|", "5", "6"]]
    assert runs(block_of(grid_of(rows=1, seats=6, aisles=[3], missing=[[1, 3]]))) == [["1", "2|", "4", "5", "6"]]


def test_missing_seats_leave_their_place_and_their_label() -> None:
    [row] = block_of(grid_of(rows=1, seats=4, missing=[[1, 2]])).rows
    assert [(place.label, place.x) for place in row.places] == [("1", -75), ("3", 25), ("4", 75)]


def test_rows_seat_by_seat_lie_where_they_are_said_to() -> None:
    seats = [
        {"label": "1", "x": -10, "y": 5},
        {"label": "2", "x": 40, "y": 8, "aisle_after": True},
        {"label": "3", "x": 140, "y": 5, "aisle_after": True},
    ]
    block = block_of({"category": "Seats", "x": 100, "y": 200, "rows": [{"label": " Loge ", "seats": seats}]})
    assert block.rows[0].label == "Loge"
    assert points(block.rows[0]) == [(90, 205), (140, 208), (240, 205)]
    assert runs(block) == [["1", "2|", "3"]]


def table(**members: Any) -> Block:
    return block_of({"category": "Seats", "tables": [{"label": "7", "x": 0, "y": 0, "seats": 4} | members]})


def test_seats_go_round_a_table_clockwise_from_the_top() -> None:
    block = table(width=130)
    assert points(block.rows[0]) == [(0, -100), (100, 0), (0, 100), (-100, 0)]
    assert [place.label for place in block.rows[0].places] == ["1", "2", "3", "4"]
    assert runs(block) == [["1", "2", "3", "4"]]


def test_a_table_is_a_row_and_a_drawing_of_it() -> None:
    block = table(shape="rectangle", width=200, height=80, rotation=90, sold="whole", x=10, y=20)
    assert block.tables == ((0, "rectangle", 10, 20, 200, 80, 90.0, True),)
    assert block.rows[0].label == "7"


@pytest.mark.parametrize(
    ("seats", "around"),
    [
        (2, [(0, -75), (0, 75)]),
        (4, [(-50, -75), (50, -75), (50, 75), (-50, 75)]),
        (6, [(-50, -75), (50, -75), (135, 0), (50, 75), (-50, 75), (-135, 0)]),
    ],
)
def test_seats_at_a_rectangle_are_spread_over_its_sides(seats: int, around: list[tuple[int, int]]) -> None:
    assert points(table(shape="rectangle", width=200, height=80, seats=seats).rows[0]) == around


@given(
    seats=st.integers(1, 20),
    width=st.integers(80, 400),
    height=st.integers(60, 200),
    shape=st.sampled_from(["round", "rectangle"]),
)
def test_seats_at_tables_are_beside_the_table(seats: int, width: int, height: int, shape: str) -> None:
    places = table(seats=seats, width=width, height=height, shape=shape).rows[0].places
    assert len(places) == seats
    assert all(beside(place, width, height, shape) for place in places)


def beside(place: Place, width: int, height: int, shape: str) -> bool:
    if shape == "round":
        return abs(hypot(place.x, place.y) - width / 2 - 35) < ROUNDING
    right, down = abs(place.x) - width / 2, abs(place.y) - height / 2
    return abs(max(right, down) - 35) < ROUNDING and min(right, down) <= 0


def test_tables_turn_with_their_block() -> None:
    tables = {
        "category": "Seats",
        "x": 0,
        "y": 0,
        "rotation": 90,
        "tables": [{"label": "1", "x": 300, "y": 0, "seats": 1}],
    }
    block = block_of(tables)
    assert block.tables[0][2:4] == (0, 300) and block.tables[0].rotation == 90
    assert points(block.rows[0]) == [(110, 300)]


def test_the_outline_of_a_standing_area_turns_with_it() -> None:
    area = {"capacity": 400, "outline": [[0, 0], [200, 0], [0, 100]]}
    block = block_of({"category": "Seats", "x": 10, "y": 20, "rotation": 90, "standing": area})
    assert (block.kind, block.size, block.rows) == (SubsectionKind.STANDING, 400, ())
    assert block.outline == ((10, 20), (10, 220), (-90, 20))


def test_a_block_has_the_category_of_most_of_its_places() -> None:
    categories = [{"name": "Seats"}, {"name": "Cheap"}]
    own = [{"row": 1, "seat": seat, "category": "Cheap"} for seat in (1, 2, 3)]
    [block] = read(grid_of(rows=1, seats=5, places=own), categories=categories).blocks
    assert block.category == 1
    assert [place.category for place in block.rows[0].places] == [1, 1, 1, 0, 0]


def test_drawings_are_polygons_around_their_middle() -> None:
    shape = {"role": "stage", "text": " Stage ", "x": 100, "y": 50, "width": 40, "height": 20}
    turned = read(grid_of(), drawings=[shape, {**shape, "rotation": 90}, {**shape, "round": True}]).drawings
    assert turned[0].points == ((80, 40), (120, 40), (120, 60), (80, 60))
    assert turned[1].points == ((110, 30), (110, 70), (90, 70), (90, 30))
    assert len(turned[2].points) == 48 and turned[2].points[0] == (120, 50) and turned[2].points[12] == (100, 60)
    assert (turned[0].text, turned[0].size, turned[1].rotation) == ("Stage", 60, 90)
