"""The published JSON Schema and the reader agree.

What the schema refuses the reader refuses. What the reader refuses for the shape of the document (and not because
members contradict each other) the schema refuses.
"""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import BadInput
from events.plans.document import read_plan
from events.plans.examples import template, templates
from events.plans.tests.documents import document_of, grid_of

DOCS = Path(django_settings.BASE_DIR) / "docs"
ABOUT_SHAPE = {"unknown", "required", "invalid", "not_addressable"}


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads((DOCS / "seating-plan.schema.json").read_text()))


def problems_of(document: Any) -> list[str]:
    """The codes of the reader's problems."""
    try:
        read_plan(document, max_places=1_000)
    except BadInput as refusal:
        return [problem["code"] for problem in refusal.extra["errors"]]
    return []


def check_agreement(document: Any) -> None:
    accepted, problems = validator().is_valid(document), problems_of(document)
    if not accepted:
        assert problems, "only the schema refuses it"
    if ABOUT_SHAPE & set(problems):
        assert not accepted, f"only the reader refuses it: {problems}"


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(validator().schema)


@pytest.mark.parametrize("key", templates())
def test_the_schema_accepts_the_example_plans(key: str) -> None:
    assert not list(validator().iter_errors(template(key)))


def test_the_documented_examples_and_links_are_right() -> None:
    page = (DOCS / "seating-plans.md").read_text()
    assert "(seating-plan.schema.json)" in page
    example = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    assert validator().is_valid(example) and not problems_of(example)


NAMES = st.text(st.sampled_from("AB1é -/.\n\t\u200b"), max_size=5) | st.sampled_from([" Parkett ", "x" * 33, "x" * 21])
LENGTHS = st.sampled_from([0, 0.001, 50, 90.5, 1e9, 1e10, -1])
COORDINATES = st.sampled_from([0, -500, 12.25, 1e6, -1e6, 1e9, 1.5e9])
COUNTS = st.integers(0, 4)
POINTS = st.lists(st.lists(COORDINATES, min_size=1, max_size=3), min_size=2, max_size=5)
KINDS = st.sampled_from(["seat", "wheelchair", "companion", "restricted", "house", "sofa"])


def objects(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


OWN = {"label": NAMES, "kind": KINDS, "category": st.sampled_from(["Seats", "Other"]), "note": NAMES}
RULES = st.lists(NAMES, max_size=3) | objects(
    {"style": st.sampled_from(["numbers", "letters", "doubled", "roman"])},
    {
        "start": st.sampled_from([0, 1, 21, "A", "AA", "I", "b", -1]),
        "step": st.integers(0, 3),
        "skip": st.lists(st.sampled_from([13, 0, "I", "O", "ab", -1]), max_size=3),
        "reverse": st.booleans(),
        "prefix": NAMES,
        "suffix": NAMES,
    },
)
GRIDS = objects(
    {"rows": COUNTS, "seats": COUNTS | st.lists(COUNTS, max_size=3)},
    {
        "row_spacing": LENGTHS,
        "seat_spacing": LENGTHS,
        "align": st.sampled_from(["center", "left", "right", "middle"]),
        "radius": LENGTHS,
        "aisles": st.lists(COUNTS, max_size=3),
        "aisle_width": LENGTHS,
        "straight_aisles": st.booleans(),
        "skew": COORDINATES,
        "row_labels": RULES,
        "seat_labels": RULES,
        "missing": st.lists(st.lists(COUNTS, min_size=1, max_size=3), max_size=2),
        "places": st.lists(objects({"row": COUNTS, "seat": COUNTS}, OWN), max_size=2),
    },
)
SEAT = {"label": NAMES, "x": COORDINATES, "y": COORDINATES}
SEATS = objects(SEAT, {name: OWN[name] for name in ("kind", "category", "note")} | {"aisle_after": st.booleans()})
ROWS = st.lists(objects({"label": NAMES, "seats": st.lists(SEATS, max_size=2)}, {}), max_size=2)
TABLES = st.lists(
    objects(
        {"label": NAMES, "x": COORDINATES, "y": COORDINATES, "seats": COUNTS},
        {
            "shape": st.sampled_from(["round", "rectangle", "oval"]),
            "width": LENGTHS,
            "height": LENGTHS,
            "rotation": st.sampled_from([0, 45, 361]),
            "sold": st.sampled_from(["seat", "whole", "half"]),
            "seat_labels": RULES,
            "places": st.lists(objects({"seat": COUNTS}, OWN), max_size=2),
        },
    ),
    max_size=2,
)
STANDING = objects({"capacity": COUNTS, "outline": POINTS}, {})
DRAWINGS = objects(
    {"role": st.sampled_from(["stage", "exit", "door"]), "x": COORDINATES, "y": COORDINATES},
    {
        "text": NAMES,
        "size": LENGTHS,
        "rotation": st.sampled_from([0, -90, 1e6]),
        "width": LENGTHS,
        "height": LENGTHS,
        "round": st.booleans(),
        "points": POINTS,
    },
)
SUBSECTIONS = objects(
    {},
    {
        "category": st.sampled_from(["Seats", "Other"]),
        "x": COORDINATES,
        "y": COORDINATES,
        "rotation": st.sampled_from([0, 45, 361]),
        "grid": GRIDS,
        "rows": ROWS,
        "tables": TABLES,
        "standing": STANDING,
    },
)


@given(subsection=SUBSECTIONS)
@settings(max_examples=150)
def test_they_agree_about_made_up_subsections(subsection: Any) -> None:
    check_agreement(document_of(subsection))


@pytest.mark.parametrize("kind", ["grid", "rows", "tables", "standing"])
@given(data=st.data())
@settings(max_examples=60)
def test_they_agree_about_each_kind_of_subsection(data: st.DataObject, kind: str) -> None:
    content = data.draw({"grid": GRIDS, "rows": ROWS, "tables": TABLES, "standing": STANDING}[kind])
    check_agreement(document_of({"category": "Seats", kind: content}))


@given(drawings=st.lists(DRAWINGS, max_size=2), name=NAMES, section=NAMES, unit=LENGTHS)
@settings(max_examples=100)
def test_they_agree_about_names_drawings_and_units(drawings: Any, name: str, section: str, unit: float) -> None:
    sections = [{"name": section, "subsections": [grid_of()]}]
    check_agreement(document_of(name=name, sections=sections, drawings=drawings, unit_cm=unit))


# Numbers such as 1.0 are left out: to a schema they are integers, and the reader wants them without a fraction.
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: not value.is_integer())
JUNK = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a document with a key or index in it."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places_in(value[key])


@given(data=st.data())
@settings(max_examples=300)
def test_they_agree_about_example_plans_with_a_mistake(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from([template("cabaret"), template("cinema"), template("theatre")])))
    container, key = data.draw(st.sampled_from(list(places_in(document))))
    mistake = data.draw(st.sampled_from(["replace", "remove", "add"]))
    if mistake == "replace":
        container[key] = data.draw(JUNK)
    elif mistake == "remove":
        del container[key]
    elif isinstance(container, dict):
        container[data.draw(st.text(max_size=4))] = data.draw(JUNK)
    else:
        container.insert(key, data.draw(JUNK))
    check_agreement(document)
