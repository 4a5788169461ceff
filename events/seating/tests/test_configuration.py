"""Validation of the seating configuration, which happens before anything is allocated."""

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from events.seating.configuration import read_seating

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)


def section(**fields: Any) -> dict[str, Any]:
    return {"name": "A", "price": 2000, "subsections": 2, **fields}


def problems(config: object, max_seats: int = 200_000) -> dict[str, str]:
    with pytest.raises(BadInput) as refusal:
        read_seating(config, max_seats=max_seats)
    return {problem["field"]: problem["code"] for problem in refusal.value.extra["errors"]}


def test_sections_inherit_rows_and_cols_or_have_their_own() -> None:
    config = {"rows": 25, "cols": 20, "sections": [section(), section(name="B", rows=2, cols=3, tier="VIP")]}
    seating = read_seating(config, max_seats=200_000)
    assert [(s.name, s.tier, s.rows, s.cols, s.seats) for s in seating.sections] == [
        ("A", "Regular", 25, 20, 1000),
        ("B", "VIP", 2, 3, 12),
    ]
    assert seating.seats == 1012
    assert seating.config == config


def test_subsections_are_in_the_order_of_the_configuration_and_available() -> None:
    seating = read_seating({"rows": 2, "cols": 5, "sections": [section(), section(name="B")]}, max_seats=100)
    rows = [(s.section, s.number, s.total, s.available) for s in seating.new_subsections(event_id=7)]
    assert rows == [("A", 1, 10, 10), ("A", 2, 10, 10), ("B", 1, 10, 10), ("B", 2, 10, 10)]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ([], ""),
        ("rows", ""),
        (None, ""),
        ({}, ".sections"),
        ({"sections": []}, ".sections"),
        ({"sections": {}}, ".sections"),
        ({"rows": 1, "cols": 1, "sections": [7]}, ".sections.0"),
        ({"sections": [section()]}, ".sections.0.rows"),
        ({"rows": 0, "cols": 1, "sections": [section()]}, ".sections.0.rows"),
        ({"rows": "\x00", "sections": [section(rows=1, cols=1)]}, ".rows"),
        ({"rows": 1, "cols": float("nan"), "sections": [section(cols=1)]}, ".cols"),
        ({"rows": 1.0, "cols": 1, "sections": [section()]}, ".sections.0.rows"),
        ({"rows": "1", "cols": 1, "sections": [section()]}, ".sections.0.rows"),
        ({"rows": 1, "cols": True, "sections": [section()]}, ".sections.0.cols"),
        ({"rows": 1, "cols": 1, "sections": [section(subsections=-1)]}, ".sections.0.subsections"),
        ({"rows": 1, "cols": 1, "sections": [section(subsections=float("nan"))]}, ".sections.0.subsections"),
        ({"rows": 1, "cols": 1, "sections": [section(price=-1)]}, ".sections.0.price"),
        ({"rows": 1, "cols": 1, "sections": [section(price=19.99)]}, ".sections.0.price"),
        ({"rows": 1, "cols": 1, "sections": [section(price="1e2")]}, ".sections.0.price"),
        ({"rows": 1, "cols": 1, "sections": [section(price=100_000_001)]}, ".sections.0.price"),
        ({"rows": 1, "cols": 1, "sections": [section(name="  ")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name="x" * 33)]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name="a\x00b")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name="a\u202eb")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name="\u200d")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name=5)]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name="a\nb")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name="North/East")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name=" .. ")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(name=".")]}, ".sections.0.name"),
        ({"rows": 1, "cols": 1, "sections": [section(tier=5)]}, ".sections.0.tier"),
        ({"rows": 1, "cols": 1, "sections": [section(tier="a\tb")]}, ".sections.0.tier"),
        ({"rows": 1, "cols": 1, "sections": [section(), section(name=" A ")]}, ".sections.1.name"),
        ({"rows": 1, "cols": 1, "sections": [section(subsections=5001)]}, ""),
        ({"rows": 1, "cols": 1, "sections": [section()] * 1001}, ".sections"),
    ],
)
def test_a_bad_configuration_names_the_bad_field(config: object, field: str) -> None:
    assert f"seating_config{field}" in problems(config)


def test_every_problem_is_named_at_once() -> None:
    config = {"rows": 0, "cols": 1, "sections": [section(price=-1), section(name="")]}
    assert set(problems(config)) == {
        "seating_config.rows",
        "seating_config.sections.0.rows",
        "seating_config.sections.0.price",
        "seating_config.sections.1.rows",
        "seating_config.sections.1.name",
    }


@pytest.mark.parametrize("name", ["نیم\u200cطبقه", "क्\u200dष", "👩\u200d🦽 places", "...", "St. A", "A & B?#%2F"])
def test_a_section_name_may_be_in_any_script(name: str) -> None:
    seating = read_seating({"rows": 1, "cols": 1, "sections": [section(name=name)]}, max_seats=100)
    assert seating.sections[0].name == name


def test_a_billion_seats_are_refused_at_once() -> None:
    started = time.perf_counter()
    assert problems({"rows": 10**5, "cols": 10**4, "sections": [section()]}) == {"seating_config": "too_many"}
    assert problems({"rows": 10**2000, "cols": 10**2000, "sections": [section()]}) == {"seating_config": "too_many"}
    assert time.perf_counter() - started < 0.5


def test_exactly_the_maximum_number_of_seats_is_accepted() -> None:
    assert read_seating({"rows": 5, "cols": 5, "sections": [section()]}, max_seats=50).seats == 50
    assert problems({"rows": 5, "cols": 5, "sections": [section()]}, max_seats=49) == {"seating_config": "too_many"}


@given(JSON)
def test_any_json_is_accepted_or_refused(config: object) -> None:
    with suppress(BadInput):
        assert read_seating(config, max_seats=1000).seats <= 1000


def test_names_that_look_the_same_are_the_same() -> None:
    accents = [section(name=name) for name in ("\u00c9", "E\u0301")]
    assert problems({"rows": 1, "cols": 1, "sections": accents}) == {"seating_config.sections.1.name": "duplicate"}
    seating = read_seating({"rows": 1, "cols": 1, "sections": accents[1:]}, max_seats=10)
    assert (seating.sections[0].name, seating.config["sections"][0]["name"]) == ("\u00c9", "\u00c9")


def test_invisible_characters_in_a_name_have_the_code_that_they_have_elsewhere() -> None:
    for name, code in {
        "a\u202eb": "control_character",
        "a\u200bb": "control_character",
        "a\nb": "not_one_line",
    }.items():
        config = {"rows": 1, "cols": 1, "sections": [section(name=name)]}
        assert problems(config)["seating_config.sections.0.name"] == code
