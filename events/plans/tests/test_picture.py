"""The picture of a plan: well-formed, escaped, and complete."""

import re
from xml.etree import ElementTree

import pytest

from events.plans.document import read_plan
from events.plans.examples import template, templates
from events.plans.picture import PALETTE, svg_of
from events.plans.plan import Plan
from events.plans.tests.documents import grid_of, read

EVIL = "<script>alert(\"&')</script>"
SVG = "{http://www.w3.org/2000/svg}"


def picture(plan: Plan) -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(plan))  # noqa: S314 - our own text


def dots(root: ElementTree.Element) -> int:
    """How many seats are drawn."""
    paths = [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("stroke") != "#fff"]
    return sum(len(re.findall(r"M-?\d+ -?\d+h0", path)) for path in paths)


@pytest.mark.parametrize("key", templates())
def test_every_seat_of_an_example_plan_is_drawn_inside_the_picture(key: str) -> None:
    plan = read_plan(template(key), max_places=10_000)
    root = picture(plan)
    assert dots(root) == sum(len(row.places) for block in plan.blocks for row in block.rows)
    left, top, width, height = map(int, root.attrib["viewBox"].split())
    for x, y in re.findall(r"M(-?\d+) (-?\d+)", "".join(path.attrib["d"] for path in root.iter(f"{SVG}path"))):
        assert left < int(x) < left + width and top < int(y) < top + height


def test_texts_are_escaped() -> None:
    name = EVIL.replace("/", "")
    grid = grid_of(row_labels=["A", "<b>", "&"])
    sections = [{"name": name, "subsections": [grid | {"category": EVIL}]}]
    area = {"category": EVIL, "standing": {"capacity": 5, "outline": [[0, 0], [900, 0], [0, 900]]}}
    sections.append({"name": "<i>", "subsections": [area]})
    drawing = {"role": "stage", "x": 0, "y": 0, "text": EVIL}
    plan = read(name=EVIL, categories=[{"name": EVIL}], sections=sections, drawings=[drawing])
    root = picture(plan)
    texts = {text.text for text in root.iter(f"{SVG}text")}
    assert {EVIL, name, "A", "<b>", "&", "<i>", "5 standing"} <= texts
    assert root.attrib["aria-label"] == f"{EVIL}: 17 places"
    assert {element.tag for element in root.iter()} <= {f"{SVG}{tag}" for tag in ("svg", "text", "path", "polygon")}


def test_nothing_in_it_needs_a_style_or_a_script() -> None:
    svg = svg_of(read_plan(template("cabaret"), max_places=1_000))
    assert "style" not in svg and "script" not in svg
    assert "currentColor" in svg


def test_categories_have_their_colours_or_those_of_the_palette() -> None:
    places = [{"row": 1, "seat": 1, "category": "Cheap"}]
    plan = read(grid_of(places=places), categories=[{"name": "Seats", "color": "#ABCDEF"}, {"name": "Cheap"}])
    strokes = [path.attrib["stroke"] for path in picture(plan).iter(f"{SVG}path")]
    assert strokes == ["#abcdef", PALETTE[1]]


def test_kinds_of_place_have_marks() -> None:
    kinds = ("wheelchair", "companion", "restricted", "house")
    places = [{"row": 1, "seat": seat, "kind": kind} for seat, kind in enumerate(kinds, 1)]
    paths = list(picture(read(grid_of(places=places))).iter(f"{SVG}path"))
    assert [path.attrib["stroke-linecap"] for path in paths] == ["round", "square", "round", "round", "round"]
    assert [path.attrib["stroke"] for path in paths[2:]] == ["#fff"] * 3


def test_a_row_with_one_seat_has_its_label_on_both_sides() -> None:
    root = picture(read(grid_of(rows=1, seats=1)))
    assert sorted(int(text.attrib["x"]) for text in root.iter(f"{SVG}text") if text.text == "A") == [-45, 45]
