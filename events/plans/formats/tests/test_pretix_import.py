"""Seating plans of pretix are understood, and every mistake is named with its place and a proposal if there is one."""

from collections.abc import Callable
from typing import Any

import pytest

from events.plans.formats.pretix_import import from_pretix
from events.plans.formats.problems import Understood
from events.plans.formats.tests.examples import MAX_PLACES, file_of, hall, read, row, seat, straight, zone


def understood(data: Any, **options: Any) -> Understood:
    return from_pretix(data, max_places=MAX_PLACES, **options)


def document_of(data: Any) -> dict[str, Any]:
    result = understood(data)
    assert result.problems == []
    assert result.document is not None
    return result.document


def test_a_hall_is_understood() -> None:
    plan = read(document_of(hall()))
    blocks = [(block.section, block.number, block.size) for block in plan.blocks]
    assert blocks == [("Stalls", 1, 123), ("Balcony", 1, 16)]
    assert [row.label for row in plan.blocks[0].rows] == list("ABCDEF")
    assert [(category.name, category.colour) for category in plan.categories] == [
        ("Stalls", "#aa5500"),
        ("Balcony, side", "#00bb55"),
    ]
    assert plan.focal_point == (1_000, 120)
    assert [drawing.role for drawing in plan.drawings] == ["stage", "text", "other", "other"]


def test_positions_are_the_sum_of_zone_row_and_seat() -> None:
    plan = read(document_of(file_of(zone("Hall", [row("A", [seat("1", 3, 4), seat("2", 28, 4)], 10, 20)], 100, 200))))
    assert [(place.x, place.y) for place in plan.blocks[0].rows[0].places] == [(226, 448), (276, 448)]


def test_parts_of_a_row_become_one_row_from_the_left_with_aisles() -> None:
    right = straight("C", ["7", "8"], x=300)
    left = straight("C", ["1", "2", "3"], x=0)
    middle = straight("C", ["6", "5", "4"], x=200, distance=-25)
    (block,) = read(document_of(file_of(zone("Hall", [right, left, middle])))).blocks
    (line,) = block.rows
    assert [place.label for place in line.places] == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert [place.label for place in line.places if place.ends_run][:2] == ["3", "6"]


def test_a_gap_in_a_row_is_an_aisle() -> None:
    places = [0, 25, 50, 90, 115, 154, 179]  # gaps of 25, 40 and 39 pixels: 1.6 times as wide is no aisle yet
    line = row("A", [seat(str(index), x) for index, x in enumerate(places)])
    line["seats"][3]["position"]["x"] = 90.5
    (block,) = read(document_of(file_of(zone("Hall", [line])))).blocks
    assert [place.label for place in block.rows[0].places[:-1] if place.ends_run] == ["2"]


def test_a_row_that_jumps_in_the_file_is_put_in_order() -> None:
    odd_then_even = [("1", 0), ("3", 50), ("5", 100), ("2", 25), ("4", 75)]
    line = row("A", [seat(label, x) for label, x in odd_then_even])
    (block,) = read(document_of(file_of(zone("Hall", [line])))).blocks
    assert [place.label for place in block.rows[0].places] == ["1", "2", "3", "4", "5"]
    assert not any(place.ends_run for place in block.rows[0].places[:-1])


def test_seats_round_a_table_keep_their_order() -> None:
    points = [(0, -30), (30, 0), (0, 30), (-30, 0)]
    line = row("Table 1", [seat(str(index), *point) for index, point in enumerate(points, 1)])
    (block,) = read(document_of(file_of(zone("Hall", [line])))).blocks
    assert [place.label for place in block.rows[0].places] in (["1", "2", "3", "4"], ["4", "3", "2", "1"])


def test_tables_whose_seats_are_numbered_across_have_seats_half_a_metre_apart() -> None:
    """One that goes by the order of the numbers would take the width of the table, 60 pixels, for it."""
    table = [seat(str(2 * line + side + 1), 60 * side, 25 * line) for line in range(4) for side in range(2)]
    assert document_of(file_of(zone("Tent", [row("1", table)])))["unit_cm"] == 2


def test_rows_are_ordered_by_their_numbers() -> None:
    rows = [straight(label, ["1"], y=30 * index) for index, label in enumerate(["10", "AA", "2", "Z", "A"])]
    (block,) = read(document_of(file_of(zone("Hall", rows)))).blocks
    assert [row.label for row in block.rows] == ["2", "10", "A", "Z", "AA"]


def test_zones_with_the_same_name_are_blocks_of_one_section() -> None:
    same = [zone("Hall", [straight("A", ["1", "2"])], y=y) for y in (0, 100)]
    plan = read(document_of(file_of(*same)))
    assert [(block.section, block.number) for block in plan.blocks] == [("Hall", 1), ("Hall", 2)]


def test_a_row_that_goes_on_in_another_zone_is_a_row_of_each_section() -> None:
    plan = read(document_of(file_of(zone("Left", [straight("A", ["1"])]), zone("Right", [straight("A", ["2"], x=25)]))))
    assert [(block.section, block.rows[0].label, block.size) for block in plan.blocks] == [
        ("Left", "A", 1),
        ("Right", "A", 1),
    ]


def test_seats_of_several_categories_lie_in_one_row() -> None:
    line = row("A", [seat("1", 0), seat("2", 25), seat("3", 50, category="Box")])
    data = file_of(zone("Hall", [line]), categories=[{"name": "Stalls"}, {"name": "Box"}])
    plan = read(document_of(data))
    assert [plan.categories[place.category].name for place in plan.blocks[0].rows[0].places] == [
        "Stalls",
        "Stalls",
        "Box",
    ]


@pytest.mark.parametrize(
    ("distance", "unit"),
    [(25, 2), (18, 2), (45, 2), (17, 2.941), (50, 1), (10, 5), (0.5, 100)],
)
def test_the_unit_puts_neighbours_about_half_a_metre_apart(distance: float, unit: float) -> None:
    data = file_of(zone("Hall", [straight("A", ["1", "2", "3"], distance=distance)]))
    assert document_of(data)["unit_cm"] == unit


def test_a_known_unit_is_taken() -> None:
    result = understood(file_of(zone("Hall", [straight("A", ["1", "2"])])), unit_cm=2.2)
    assert result.document is not None
    assert result.document["unit_cm"] == 2.2


def test_what_a_plan_cannot_keep_is_said() -> None:
    data = file_of(zone("Hall", [{**straight("A", ["1"]), "row_label": "Box %s", "row_number_position": None}]))
    left_out = understood(data).left_out
    assert [sentence.split()[0] for sentence in left_out] == ["The", "How"]


def test_shapes_keep_their_places() -> None:
    turned = {
        "shape": "rectangle",
        "position": {"x": 100, "y": 100},
        "rotation": 90,
        "rectangle": {"width": 60, "height": 20},
        "text": {"text": "Bar", "position": {"x": 30, "y": 10}},
    }
    aside = {**turned, "rotation": 0, "text": {"text": "Exit", "position": {"x": 30, "y": -50}}}
    document = document_of(file_of(zone("Hall", [straight("A", ["1"])], areas=[turned, aside])))
    bar, shape, words = document["drawings"]
    assert (bar["role"], bar["x"], bar["y"], bar["rotation"], bar["width"]) == ("bar", 90, 130, 90, 60)
    assert (shape["x"], shape["y"], "text" in shape) == (130, 110, False)
    assert (words["role"], words["text"], words["x"], words["y"]) == ("text", "Exit", 130, 50)


def broken(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Return a small file with two rows of two seats, changed."""
    data = file_of(zone("Hall", [straight("A", ["1", "2"]), straight("B", ["1", "2"], y=30)]))
    change(data)
    return data


def first_row(data: dict[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = data["zones"][0]["rows"][0]
    return line


def put(target: Callable[[dict[str, Any]], Any], **members: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda data: target(data).update(members)


def the_zone(data: dict[str, Any]) -> Any:
    return data["zones"][0]


def a_seat(data: dict[str, Any]) -> Any:
    return first_row(data)["seats"][1]


SEAT = "zones.0.rows.0.seats.1"
SOLVED = [
    (put(the_zone, name=None), "zones.0.name", "required", "Zone 1"),
    (put(the_zone, name=".."), "zones.0.name", "not_addressable", "Zone 1"),
    (put(the_zone, name="x" * 40), "zones.0.name", "max_length", "x" * 32),
    (put(the_zone, name="Left/right"), "zones.0.name", "forbidden", "Left\u2215right"),
    (put(first_row, row_number=""), "zones.0.rows.0.row_number", "required", "“1”"),
    (put(first_row, row_number="1/2"), "zones.0.rows.0.row_number", "forbidden", "1\u22152"),
    (put(a_seat, seat_number=" "), f"{SEAT}.seat_number", "required", "“2”"),
    (put(a_seat, seat_number="A-2"), f"{SEAT}.seat_number", "forbidden", "A\u20102"),
    (put(a_seat, category="Box"), f"{SEAT}.category", "unknown", "Box"),
    (put(a_seat, category=None), f"{SEAT}.category", "unknown", "Seats"),
    (
        lambda data: first_row(data)["seats"].append(seat("2", 25)),
        "zones.0.rows.0.seats.2.seat_number",
        "duplicate",
        "once",
    ),
    (
        lambda data: the_zone(data)["rows"].append(straight("A", ["2", "3"], 90)),
        "zones.0.rows.2",
        "duplicate",
        "block 2",
    ),
    (lambda data: data["categories"].append({"name": "Stalls"}), "categories.1.name", "duplicate", "left out"),
    (lambda data: data["categories"].append({}), "categories.1.name", "required", "left out"),
    (lambda data: data["categories"].append({"name": "y" * 33}), "categories.1.name", "max_length", "y" * 32),
    (
        lambda data: data["categories"].append({"name": "8fc1f7c7-30da-4a26-ba3b-6bd9a2dd53f1"}),
        "categories.1.name",
        "id",
        "Category 2",
    ),
    (lambda data: the_zone(data)["areas"].append(7), "zones.0.areas.0", "invalid", "left out"),
    (lambda data: the_zone(data)["areas"].append({"shape": "blob"}), "zones.0.areas.0", "invalid", "left out"),
    (
        lambda data: the_zone(data)["areas"].append({"shape": "text", "text": {"text": "z" * 101}}),
        "zones.0.areas.0.text.text",
        "max_length",
        "100 characters",
    ),
]


@pytest.mark.parametrize(
    ("change", "place", "code", "proposal"), SOLVED, ids=lambda value: value if isinstance(value, str) else None
)
def test_a_mistake_with_a_safe_reading_is_named_with_its_place_and_a_proposal(
    change: Any, place: str, code: str, proposal: str
) -> None:
    result = understood(broken(change))
    assert [(problem.place, problem.code) for problem in result.problems] == [(place, code)]
    assert proposal in result.problems[0].proposal
    assert read(result.document).size >= 4


NAN = float("nan")
UNSOLVED = [
    (put(a_seat, position=None), f"{SEAT}.position", "invalid"),
    (put(a_seat, position={"x": "25", "y": 0}), f"{SEAT}.position", "invalid"),
    (put(a_seat, position={"x": NAN, "y": 0}), f"{SEAT}.position", "invalid"),
    (put(a_seat, position={"x": True, "y": 0}), f"{SEAT}.position", "invalid"),
    (put(a_seat, position={"x": 1e49, "y": 0}), f"{SEAT}.position", "too_far"),
    (put(first_row, position={"x": 1}), "zones.0.rows.0.position", "invalid"),
    (put(the_zone, position=[0, 0]), "zones.0.position", "invalid"),
    (put(a_seat, seat_number="n" * 21), f"{SEAT}.seat_number", "max_length"),
    (put(a_seat, seat_number="2\u202e"), f"{SEAT}.seat_number", "control_character"),
    (put(a_seat, seat_number="1"), f"{SEAT}.seat_number", "duplicate"),
    (put(first_row, row_number="r" * 21), "zones.0.rows.0.row_number", "max_length"),
    (lambda data: data["zones"].append(3), "zones.1", "invalid"),
    (lambda data: the_zone(data)["rows"].append("A"), "zones.0.rows.2", "invalid"),
    (lambda data: first_row(data)["seats"].append(None), "zones.0.rows.0.seats.2", "invalid"),
    (lambda data: data["categories"].extend({"name": str(i)} for i in range(50)), "categories", "max_length"),
    (put(the_zone, rows=[]), "zones", "min_value"),
    (
        lambda data: the_zone(data)["rows"].append(straight("C", ["1", "2", "3", "4"], y=600_000)),
        "zones.0.rows.2.seats.0",
        "too_far",
    ),
]


@pytest.mark.parametrize(
    ("change", "place", "code"), UNSOLVED, ids=lambda value: value if isinstance(value, str) else None
)
def test_a_mistake_without_a_safe_reading_is_named_with_its_place_and_nothing_is_understood(
    change: Any, place: str, code: str
) -> None:
    result = understood(broken(change))
    assert result.document is None
    assert (place, code, "") in [(problem.place, problem.code, problem.proposal) for problem in result.problems]


@pytest.mark.parametrize("data", [None, [], "plan", {}, {"zones": {}}, {"zones": None, "name": "x"}])
def test_what_is_no_seating_plan_is_refused(data: Any) -> None:
    result = understood(data)
    assert result.document is None
    assert [problem.place for problem in result.problems] == ["zones"]


def test_too_many_seats_are_counted_before_they_are_read() -> None:
    many = {
        "name": "Hall",
        "position": {"x": 0, "y": 0},
        "rows": [{"row_number": "A", "seats": [None] * 1_001}] * 1_000,
    }
    result = understood(file_of(many))
    assert [problem.code for problem in result.problems] == ["max_value"]
    assert "1,001,000 seats" in result.problems[0].detail


def test_a_row_with_too_many_seats_is_refused() -> None:
    result = understood(file_of(zone("Hall", [straight("A", [str(number) for number in range(1_001)])])))
    assert [problem.code for problem in result.problems] == ["max_length"]


def test_names_that_repeat_without_end_are_refused() -> None:
    result = understood(file_of(zone("Hall", [straight("A", ["1"], y=30 * y) for y in range(60)])))
    assert result.document is None
    assert result.total == 59
    assert [problem.proposal for problem in result.problems if problem.code == "duplicate"].count("") == 10


def test_only_the_first_hundred_problems_are_kept_and_those_without_a_proposal_first() -> None:
    lines = [straight("", ["1"], y=y) for y in range(150)]
    lines[149]["seats"][0]["position"] = None
    result = understood(file_of(zone("Hall", lines)))
    assert (len(result.problems), result.total) == (100, 151)
    assert [problem.place for problem in result.problems if not problem.proposal] == [
        "zones.0.rows.149.seats.0.position"
    ]
