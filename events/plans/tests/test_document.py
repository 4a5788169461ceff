"""What a document of a seating plan must be, and how mistakes are named."""

import copy
import tracemalloc
from math import inf, nan
from typing import Any

import pytest

from core.errors import MAX_PROBLEMS, BadInput
from events import seat_models
from events.plans import members
from events.plans.counting import count_places, subsections_of
from events.plans.document import read_plan
from events.plans.examples import template, templates
from events.plans.tests.documents import block_of, document_of, given, grid_of, problems_of, read
from events.states import PlaceKind

SECTION = "document.sections.0"
BLOCK = f"{SECTION}.subsections.0"
TRIANGLE = [[0, 0], [100, 0], [0, 100]]
STAGE = {"role": "stage", "x": 0, "y": 0, "width": 100, "height": 50}


def one_seat(label: str, y: int) -> dict[str, Any]:
    """A row with one seat."""
    return {"label": label, "seats": [{"label": "1", "x": 0, "y": y}]}


def standing(outline: Any = TRIANGLE, capacity: Any = 5) -> dict[str, Any]:
    return {"category": "Seats", "standing": {"capacity": capacity, "outline": outline}}


def table(**members: Any) -> dict[str, Any]:
    return {"category": "Seats", "tables": [{"label": "1", "x": 0, "y": 0, "seats": 4} | members]}


def two_tables(*labels: str) -> dict[str, Any]:
    tables = [{"label": label, "x": 900 * index, "y": 0, "seats": 1} for index, label in enumerate(labels)]
    return {"category": "Seats", "tables": tables}


STANDING = standing()


def test_a_small_plan_is_read() -> None:
    plan = read(grid_of(), STANDING, focal_point={"x": 1.4, "y": -2}, drawings=[STAGE])
    assert (plan.name, plan.size, plan.focal_point) == ("Hall", 17, (1, -2))
    assert [(block.section, block.number, block.size) for block in plan.blocks] == [("Stalls", 1, 12), ("Stalls", 2, 5)]


@pytest.mark.parametrize("document", [None, [], "plan", 1, True, nan, object()])
def test_what_is_no_object_is_refused(document: Any) -> None:
    assert problems_of(document)["document"] == "invalid"


@pytest.mark.parametrize(
    ("members", "problems"),
    [
        ({"format": 2}, {"format": "invalid"}),
        ({"format": True}, {"format": "invalid"}),
        ({"format": "1"}, {"format": "invalid"}),
        ({"name": ""}, {"name": "blank"}),
        ({"name": "\u200b"}, {"name": "blank"}),
        ({"name": "a\x00b"}, {"name": "control_character"}),
        ({"name": "\ud800"}, {"name": "blank"}),
        ({"name": "two\nlines"}, {"name": "not_one_line"}),
        ({"name": "a\u202eb"}, {"name": "control_character"}),
        ({"name": "a\u200bb"}, {"name": "control_character"}),
        ({"name": 5}, {"name": "invalid"}),
        ({"name": None}, {"name": "invalid"}),
        ({"name": "x" * 201}, {"name": "max_length"}),
        ({"unit_cm": 0}, {"unit_cm": "invalid"}),
        ({"unit_cm": 1_001}, {"unit_cm": "invalid"}),
        ({"unit_cm": nan}, {"unit_cm": "invalid"}),
        ({"unit_cm": "1"}, {"unit_cm": "invalid"}),
        ({"focal_point": None}, {"focal_point": "invalid"}),
        ({"focal_point": [0, 0]}, {"focal_point": "invalid"}),
        ({"focal_point": {}}, {"focal_point.x": "required", "focal_point.y": "required"}),
        ({"focal_point": {"x": 1_000_001, "y": -inf}}, {"focal_point.x": "too_far", "focal_point.y": "invalid"}),
        ({"categories": {}}, {"categories": "invalid"}),
        ({"categories": [{"name": f"C{n}"} for n in range(51)]}, {"categories": "too_many"}),
        ({"colour": "red", "Name": 1}, {"Name": "unknown", "colour": "unknown"}),
        ({"\ud800": 1}, {"\\ud800": "unknown"}),
        ({"sections": []}, {"sections": "required"}),
        ({"sections": {}}, {"sections": "invalid"}),
        ({"sections": [{"name": "A", "subsections": []}]}, {"sections.0.subsections": "required"}),
        (
            {"sections": [7]},
            {"sections.0": "invalid"},
        ),
        ({"drawings": "none"}, {"drawings": "invalid"}),
        ({"drawings": [STAGE] * 1_001}, {"drawings": "too_many"}),
    ],
)
def test_bad_members_of_the_document_are_named(members: Any, problems: dict[str, str]) -> None:
    found = problems_of(document_of(grid_of(), **members))
    found.pop(f"{BLOCK}.category", None)  # it is not known without the categories
    assert found == {f"document.{path}": code for path, code in problems.items()}


def test_required_members_are_named() -> None:
    assert problems_of({}) == {f"document.{name}": "required" for name in ("format", "name", "categories", "sections")}


def test_the_paths_begin_with_the_name_of_the_field() -> None:
    with pytest.raises(BadInput) as refusal:
        read_plan({}, max_places=5, field="draft")
    assert {problem["field"] for problem in refusal.value.extra["errors"]} >= {"draft.format", "draft.name"}


def test_categories_and_sections_have_names_of_their_own() -> None:
    categories = [{"name": "Seats", "color": "#ABCDEF"}, {"name": " Seats "}, {"name": "X", "color": "red"}]
    sections = [{"name": name, "subsections": [grid_of()]} for name in ("A", "A ", ".", "a/b", "x" * 33)]
    assert problems_of(document_of(categories=categories, sections=sections)) == {
        "document.categories.1.name": "duplicate",
        "document.categories.2.color": "invalid",
        "document.sections.1.name": "duplicate",
        "document.sections.2.name": "not_addressable",
        "document.sections.3.name": "not_addressable",
        "document.sections.4.name": "max_length",
    }


@pytest.mark.parametrize(
    ("subsection", "problems"),
    [
        (None, {"": "invalid"}),
        ({}, {"": "required"}),
        ({**grid_of(), **STANDING}, {"": "required"}),
        ({**grid_of(), "category": "Balcony"}, {".category": "no_such_category"}),
        ({**grid_of(), "category": None}, {".category": "no_such_category"}),
        ({**grid_of(), "category": ["Seats"]}, {".category": "no_such_category"}),
        ({"grid": {"rows": 1, "seats": 1}}, {".category": "no_category"}),
        ({**grid_of(), "x": "0", "y": True}, {".x": "invalid", ".y": "invalid"}),
        ({**grid_of(), "x": 1_000_001}, {".x": "too_far"}),
        ({**grid_of(), "x": 1e300}, {".x": "invalid"}),
        ({**grid_of(), "x": 10**400}, {".x": "invalid"}),
        ({**grid_of(), "rotation": 361}, {".rotation": "invalid"}),
        ({**grid_of(), "label": "A"}, {".label": "unknown"}),
        ({"category": "Seats", "grid": []}, {".grid": "invalid"}),
        ({"category": "Seats", "rows": []}, {".rows": "required"}),
        ({"category": "Seats", "tables": {}}, {".tables": "invalid"}),
        ({"standing": standing()["standing"]}, {".category": "required"}),
    ],
)
def test_bad_members_of_a_subsection_are_named(subsection: Any, problems: dict[str, str]) -> None:
    assert problems_of(document_of(subsection)) == {f"{BLOCK}{path}": code for path, code in problems.items()}


@pytest.mark.parametrize(
    ("members", "problems"),
    [
        ({"rows": 0}, {"rows": "invalid"}),
        ({"rows": 1_001}, {"rows": "invalid"}),
        ({"rows": 2.0}, {"rows": "invalid"}),
        ({"rows": True}, {"rows": "invalid"}),
        ({"seats": "4"}, {"seats": "invalid"}),
        ({"seats": 10**30}, {"seats": "invalid"}),
        ({"seats": [4, 4]}, {"seats": "wrong_count"}),
        ({"seats": [4, 0, None]}, {"seats.1": "invalid", "seats.2": "invalid"}),
        ({"row_spacing": 0}, {"row_spacing": "invalid"}),
        ({"seat_spacing": -50}, {"seat_spacing": "invalid"}),
        ({"seat_spacing": 2_000_000}, {"seat_spacing": "too_far"}),
        ({"align": "justify"}, {"align": "invalid"}),
        ({"radius": 0}, {"radius": "invalid"}),
        ({"radius": None}, {"radius": "invalid"}),
        ({"aisles": [1, 1, 0, "2"]}, {"aisles.1": "duplicate", "aisles.2": "invalid", "aisles.3": "invalid"}),
        ({"aisles": 2}, {"aisles": "invalid"}),
        ({"straight_aisles": 1}, {"straight_aisles": "invalid"}),
        ({"aisle_width": -1}, {"aisle_width": "invalid"}),
        ({"skew": nan}, {"skew": "invalid"}),
        ({"curve": 5}, {"curve": "unknown"}),
        ({"missing": [[1, 1], [1, 1]]}, {"missing.1": "duplicate"}),
        ({"missing": [[1, 5], [4, 1]]}, {"missing.0": "no_such_seat", "missing.1": "no_such_seat"}),
        ({"missing": [[0, 1]]}, {"missing.0": "invalid"}),
        ({"missing": [[1], [1, 2, 3], "1-1", {"row": 1}]}, {f"missing.{n}": "invalid" for n in range(4)}),
        ({"missing": [[1, n] for n in range(1, 5)]}, {"missing": "missing_row"}),
        ({"missing": [[1, 1]] * 13}, {"missing": "too_many"}),
        ({"places": [{"row": 1}]}, {"places.0.seat": "required"}),
        ({"places": 7}, {"places": "invalid"}),
        ({"places": [{"row": 1, "seat": 5}]}, {"places.0": "no_such_seat"}),
        ({"places": [{"row": 1, "seat": 1}], "missing": [[1, 1]]}, {"places.0": "no_such_seat"}),
        ({"places": [{"row": 1, "seat": 1}, {"row": 1, "seat": 1}]}, {"places.1": "duplicate"}),
        ({"places": [{"row": 1, "seat": 1, "kind": "sofa"}]}, {"places.0.kind": "invalid"}),
        ({"places": [{"row": 1, "seat": 1, "category": "X"}]}, {"places.0.category": "no_such_category"}),
        ({"places": [{"row": 1, "seat": 1, "note": "x" * 201}]}, {"places.0.note": "max_length"}),
        ({"places": [{"row": 1, "seat": 1, "note": "a\tb"}]}, {"places.0.note": "not_one_line"}),
        ({"places": [{"row": 1, "seat": 1, "label": "2"}]}, {"places.0.label": "duplicate"}),
        ({"places": [{"row": 1, "seat": 1, "label": "1-2"}]}, {"places.0.label": "invalid"}),
        ({"places": [{"row": 1, "seat": n, "label": "9"} for n in (1, 2)]}, {"places.1.label": "duplicate"}),
        ({"places": [{"row": 1, "seat": 1, "x": 5}]}, {"places.0.x": "unknown"}),
    ],
)  # fmt: skip
def test_bad_members_of_a_grid_are_named(members: Any, problems: dict[str, str]) -> None:
    assert problems_of(document_of(grid_of(**members))) == {
        f"{BLOCK}.grid.{path}": code for path, code in problems.items()
    }


def test_two_seats_may_swap_their_labels_and_take_that_of_a_missing_one() -> None:
    places = [
        {"row": 1, "seat": 1, "label": "2"},
        {"row": 1, "seat": 2, "label": "1"},
        {"row": 2, "seat": 1, "label": "4"},
    ]
    block = block_of(grid_of(places=places, missing=[[2, 4]]))
    assert [[place.label for place in row.places] for row in block.rows[:2]] == [["2", "1", "3", "4"], ["4", "2", "3"]]


def test_seats_need_a_category_of_their_own_if_the_block_has_none() -> None:
    places = [{"row": 1, "seat": 1, "category": "Seats"}, {"row": 1, "seat": 2, "category": "Seats"}]
    grid = {"grid": {"rows": 1, "seats": 2, "places": places}}
    assert block_of(grid).category == 0
    places.pop()
    assert problems_of(document_of(grid)) == {f"{BLOCK}.category": "no_category"}


@pytest.mark.parametrize(
    ("subsection", "problems"),
    [
        (given(), {"rows.0.seats": "required"}),
        (given(5), {"rows.0.seats.0": "invalid"}),
        (given({"label": "1", "x": 0}), {"rows.0.seats.0.y": "required"}),
        (given({"label": "1", "x": 0, "y": 0, "aisle_after": 1}), {"rows.0.seats.0.aisle_after": "invalid"}),
        (given({"label": "1", "x": 0, "y": 0}, {"label": "1", "x": 50, "y": 0}), {"rows.0.seats.1.label": "duplicate"}),
        (given({"label": "1", "x": 0, "y": 0}, label="/"), {"rows.0.label": "invalid"}),
        (given({"label": "1", "x": 0, "y": 0, "row": 1}), {"rows.0.seats.0.row": "unknown"}),
        (given(rows=[one_seat("A", 0), one_seat("A", 90)]), {"rows.1.label": "duplicate"}),
        (table(seats=101), {"tables.0.seats": "invalid"}),
        (table(shape="oval"), {"tables.0.shape": "invalid"}),
        (table(sold="half"), {"tables.0.sold": "invalid"}),
        (table(width=0), {"tables.0.width": "invalid"}),
        (table(height=0), {"tables.0.height": "invalid"}),
        (table(rows=1), {"tables.0.rows": "unknown"}),
        (table(seat_labels=["1"]), {"tables.0.seat_labels": "wrong_count"}),
        (table(places=[{"seat": 5}]), {"tables.0.places.0.seat": "no_such_seat"}),
        (table(places=[{"seat": 1}, {"seat": 1}]), {"tables.0.places.1.seat": "duplicate"}),
        (table(places=[{"seat": 1, "label": "2"}]), {"tables.0.places.0.label": "duplicate"}),
        (table(places={}), {"tables.0.places": "invalid"}),
        (table(sold="whole", places=[{"seat": 2, "kind": "house"}]), {"tables.0.places": "some_house"}),
        (two_tables("1", "1"), {"tables.1.label": "duplicate"}),
        (standing(capacity=0), {"standing.capacity": "invalid"}),
        (standing(capacity=50_001), {"standing.capacity": "invalid"}),
        ({"category": "Seats", "standing": {"capacity": 5}}, {"standing.outline": "required"}),
        (standing(TRIANGLE[:2]), {"standing.outline": "required"}),
        (standing([[0, n] for n in range(201)]), {"standing.outline": "too_many"}),
        (standing([[0, 0], [1, 1], [2, 2]]), {"standing.outline": "no_area"}),
        (standing([[0, 0], [9, 9], [9, 0], [0, 9]]), {"standing.outline": "crosses_itself"}),
        (standing([[0, 0], [1], [0, 1]]), {"standing.outline.1": "invalid"}),
        (standing([[0, 0], [nan, 1], [0, 1]]), {"standing.outline.1": "invalid"}),
        (standing([[0, 0], ["1", 1], [0, 1]]), {"standing.outline.1": "invalid"}),
        (standing([[0, 0], [1_000_001, 0], [0, 1]]), {"standing.outline.1": "too_far"}),
    ],
)  # fmt: skip
def test_bad_rows_tables_and_standing_areas_are_named(subsection: Any, problems: dict[str, str]) -> None:
    assert problems_of(document_of(subsection)) == {f"{BLOCK}.{path}": code for path, code in problems.items()}


def test_a_whole_table_may_be_the_houses() -> None:
    house = [{"seat": seat, "kind": "house"} for seat in range(1, 5)]
    [row] = block_of(table(sold="whole", places=house)).rows
    assert {place.kind for place in row.places} == {"house"}
    assert block_of(table(places=house[:1])).rows


@pytest.mark.parametrize(
    ("drawing", "problems"),
    [
        ({**STAGE, "role": "door"}, {".role": "invalid"}),
        ({"role": "text", "x": 0, "y": 0}, {"": "required"}),
        ({"role": "text", "x": 0, "y": 0, "text": " "}, {"": "required"}),
        ({"role": "text", "text": "Bar"}, {".x": "required", ".y": "required"}),
        ({"role": "text", "text": "x" * 101, "x": 0, "y": 0}, {".text": "max_length", "": "required"}),
        ({"role": "stage", "x": 0, "y": 0, "text": "Stage", "width": 5}, {".height": "required"}),
        ({"role": "bar", "x": 0, "y": 0, "text": "Bar", "round": True}, {".width": "required", ".height": "required"}),
        ({**STAGE, "points": TRIANGLE}, {".points": "invalid"}),
        ({**STAGE, "size": 0}, {".size": "invalid"}),
        ({**STAGE, "round": 1}, {".round": "invalid"}),
        ({**STAGE, "width": 2_000_000}, {".width": "too_far"}),
        ({**STAGE, "color": "red"}, {".color": "unknown"}),
    ],
)  # fmt: skip
def test_bad_drawings_are_named(drawing: Any, problems: dict[str, str]) -> None:
    document = document_of(grid_of(), drawings=[drawing])
    assert problems_of(document) == {f"document.drawings.0{path}": code for path, code in problems.items()}


def test_nothing_lies_more_than_ten_kilometres_away_also_when_it_is_turned() -> None:
    corner = {**grid_of(rows=1, seats=2, seat_spacing=990_000), "x": 0, "y": 999_990}
    assert read(corner).blocks[0].rows[0].places[1].x == 495_000
    assert problems_of(document_of({**corner, "rotation": 90})) == {BLOCK: "too_far"}
    stage = {**STAGE, "x": 999_960, "rotation": 90}
    assert problems_of(document_of(grid_of(), drawings=[STAGE | {"x": 999_960}])) == {"document.drawings.0": "too_far"}
    assert read(grid_of(), drawings=[stage]).drawings[0].points


def test_the_limits_of_points_are_in_centimetres_whatever_the_unit() -> None:
    assert problems_of(document_of({**grid_of(), "x": 1_001}, unit_cm=1_000)) == {f"{BLOCK}.x": "too_far"}
    assert read({**grid_of(), "x": 999}, unit_cm=1_000).blocks[0].rows[0].places[0].x == 999_000 - 75


def test_a_row_may_go_round_its_circle_once() -> None:
    circle = {"rows": 1, "seats": 60, "seat_spacing": 50}
    assert block_of(grid_of(**circle, radius=478)).size == 60
    assert problems_of(document_of(grid_of(**circle, radius=470))) == {f"{BLOCK}.grid.radius": "does_not_fit"}


def test_a_plan_has_at_most_the_allowed_places() -> None:
    document = document_of(grid_of(missing=[[1, 1]]), table(), STANDING, given({"label": "1", "x": 0, "y": 0}))
    assert read_plan(document, max_places=21).size == 21
    assert problems_of(document, max_places=20) == {"document": "too_many"}


HUGE = {"rows": 10**6, "seats": 10**6}
LARGE = {"rows": 1_000, "seats": 1_000}


@pytest.mark.parametrize(
    "document",
    [
        document_of(grid_of(**HUGE)),
        document_of(*[grid_of(**LARGE)] * 5_000),
        document_of(*[grid_of(**LARGE)] * 5_001),
        document_of(grid_of(rows=1_000, seats=[1_000] * 1_000)),
        document_of(sections=[{"name": f"S{n}", "subsections": [grid_of(**LARGE)] * 5_000} for n in range(1_000)]),
        document_of({"category": "Seats", "standing": {"capacity": 10**12, "outline": TRIANGLE}}),
        document_of({"category": "Seats", "rows": [{"label": "A", "seats": [{}] * 1_000}] * 1_000}),
        document_of({"category": "Seats", "tables": [table(seats=100)["tables"][0]] * 1_000}),
        document_of(grid_of(**LARGE, missing=[[1, 1]] * 500_000)),
    ],
    ids=range(9),
)
def test_billions_of_seats_are_refused_before_anything_is_laid_out(document: Any) -> None:
    tracemalloc.start()
    try:
        assert problems_of(document)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # bytes; a million places take hundreds of times as much


def test_too_many_subsections_are_refused() -> None:
    assert problems_of(document_of(*[grid_of(rows=1, seats=1)] * 5_001)) == {"document": "too_many"}
    assert problems_of(document_of(sections=[{}] * 1_001)) == {"document.sections": "too_many"}


def test_only_the_first_problems_are_listed() -> None:
    problems = problems_of(document_of(grid_of(seats=1_000, rows=1, missing=["x"] * 1_000)))
    assert list(problems) == [f"{BLOCK}.grid.missing.{index}" for index in range(MAX_PROBLEMS)]


def test_an_object_that_contains_itself_is_refused() -> None:
    document = document_of(grid_of())
    document["sections"][0]["subsections"].append(document)
    document["drawings"] = document["sections"]
    document["categories"].append(document["categories"])
    problems = problems_of(document)
    assert problems["document.categories.1"] == "invalid"
    assert problems[f"{SECTION}.subsections.1.sections"] == "unknown"


def test_names_of_sections_and_categories_fit_into_their_columns() -> None:
    assert members.NAME_LENGTH == seat_models.NAME_LENGTH


def test_names_of_members_must_be_texts() -> None:
    assert problems_of({**document_of(grid_of()), 1: 2}) == {"document": "invalid"}


@pytest.mark.parametrize("key", templates())
def test_places_are_counted_as_they_are_laid_out(key: str) -> None:
    document = template(key)
    counted = [count_places(subsection) for subsection in subsections_of(document)]
    assert counted == [block.size for block in read_plan(document, max_places=10_000).blocks]


def test_reading_changes_nothing_in_the_document() -> None:
    document = template("concert_hall")
    before = copy.deepcopy(document)
    read_plan(document, max_places=10_000)
    assert document == before


def test_kinds_notes_and_categories_of_places_are_read() -> None:
    places = [
        {"row": 1, "seat": 1, "kind": "wheelchair"},
        {"row": 1, "seat": 2, "kind": "companion", "category": " Cheap "},
        {"row": 1, "seat": 3, "kind": "restricted", "note": " Behind a pillar. "},
        {"row": 1, "seat": 4, "kind": "house", "label": " 4a "},
    ]
    plan = read(grid_of(places=places), categories=[{"name": "Seats"}, {"name": "Cheap"}])
    row = plan.blocks[0].rows[0].places
    assert [place.kind for place in row] == [
        PlaceKind.WHEELCHAIR,
        PlaceKind.COMPANION,
        PlaceKind.RESTRICTED,
        PlaceKind.HOUSE,
    ]
    assert [place.category for place in row] == [0, 1, 0, 0]
    assert (row[2].note, row[3].label) == ("Behind a pillar.", "4a")


def test_names_that_look_the_same_are_the_same() -> None:
    accents = "\u00c9", "E\u0301"
    rows = [{"label": label, "seats": [{"label": "1", "x": 0, "y": 90 * n}]} for n, label in enumerate(accents)]
    block = {"category": accents[1], "rows": rows}
    sections = [{"name": name, "subsections": [grid_of()]} for name in accents]
    categories = [{"name": accents[0]}, {"name": "Seats"}]
    assert problems_of(document_of(block, categories=categories)) == {f"{BLOCK}.rows.1.label": "duplicate"}
    assert problems_of(document_of(sections=sections)) == {"document.sections.1.name": "duplicate"}
    labels = {"row_labels": {"style": "letters", "start": "E", "suffix": "\u0301"}}
    assert block_of(grid_of(**labels)).rows[0].label == "\u00c9"
    given_twice = grid_of(places=[{"row": 1, "seat": n, "label": label} for n, label in enumerate(accents, 1)])
    assert set(problems_of(document_of(given_twice)).values()) == {"duplicate"}


@pytest.mark.parametrize("number", [True, 1.0, 2, "1"])
def test_the_format_is_named(number: Any) -> None:
    with pytest.raises(BadInput) as refusal:
        read(grid_of(), format=number)
    assert refusal.value.extra["errors"] == [BadInput.problem("document.format", "This must be 1.", "invalid")]


def test_a_bad_list_of_categories_is_the_only_problem() -> None:
    too_many = [{"name": f"C{n}"} for n in range(60)]
    assert problems_of(document_of(grid_of(), categories=too_many)) == {"document.categories": "too_many"}
