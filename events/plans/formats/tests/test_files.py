"""Files of all kinds are told apart, and what is no seating plan is refused before anything is built of it."""

import json
import tracemalloc

import pytest

from events.plans.examples import template, templates
from events.plans.formats.files import MAX_BYTES, read_file
from events.plans.formats.problems import Understood
from events.plans.formats.reports import Format, summary, write_file
from events.plans.formats.tests.examples import MAX_PLACES, hall, read, seats_of

BOMBS = {
    "empty": b"",
    "blank": b" \n\t ",
    "only a byte order mark": b"\xef\xbb\xbf",
    "not text": b"\x89PNG\r\n\x1a\n\x00\x00\x00",
    "zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00\xff\xfe",
    "UTF-16": "section,subsection".encode("utf-16"),
    "Windows-1252": "section;Bühne".encode("cp1252"),
    "NUL": b'{"zones": [], "name": "a\x00b"}',
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><svg>&a;</svg>',
    "HTML with a mark": b"\xef\xbb\xbf  <html></html>",
    "deep": b'{"zones": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "not so deep": b'{"zones": ' + b"[" * 30 + b"]" * 30 + b"}",
    "a million lists": b'{"zones": [' + b"[]," * 1_000_000 + b"[]]}",
    "cut off": b'{"zones": [{"name": "Hall"',
    "twice": b'{"zones": [], "zones": []}',
    "not a number": b'{"zones": [NaN]}',
    "a long number": b'{"zones": [' + b"9" * 5_000 + b"]}",
    "half a character": b'{"zones": ["\\ud800"]}',
    "NUL in JSON": b'{"zones": ["\\u0000"]}',
    "large": b"x" * (MAX_BYTES + 1),
    "a list": b"[1, 2, 3]",
    "a text": b'"zones"',
}


def understood(content: bytes, kind: str = "") -> Understood:
    return read_file(content, name="Hall", max_places=MAX_PLACES, kind=kind)


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("kind", ["", *Format.values])
def test_what_is_no_seating_plan_is_refused_in_one_sentence(content: bytes, kind: str) -> None:
    result = understood(content, kind)
    assert result.document is None
    assert len(result.problems) == result.total >= 1
    assert all(problem.detail and not problem.proposal for problem in result.problems)


def test_a_file_of_a_million_lists_is_refused_before_they_are_built() -> None:
    content = BOMBS["a million lists"]
    tracemalloc.start()
    try:
        understood(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * len(content)


def test_the_line_that_is_not_utf_8_is_named() -> None:
    content = "section;Buehne\nBühne;1".encode("cp1252")
    assert "line 2" in understood(content).problems[0].detail


def test_the_kind_of_a_file_is_found_by_its_content() -> None:
    document = understood(json.dumps(hall()).encode()).document
    plan = read(document)
    assert document is not None
    for kind in Format.values:
        text, _ = write_file(document, plan, kind, max_places=MAX_PLACES)
        assert seats_of(read(understood(text.encode()).document)) == seats_of(plan)


@pytest.mark.parametrize("name", templates())
@pytest.mark.parametrize("kind", Format.values)
def test_the_example_plans_survive_every_format(name: str, kind: str) -> None:
    """Points are to the centimetre; pretix counts them from the upper left corner, so the whole plan may be moved."""
    document = template(name)
    plan = read(document)
    text, _ = write_file(document, plan, kind, max_places=MAX_PLACES)
    result = understood(text.encode())
    assert [problem.detail for problem in result.problems] == []
    again = read(result.document)
    found = {names[:3]: names[3:] for names in seats_of(again)}
    wanted = {names[:3]: names[3:] for names in seats_of(plan)}
    assert found.keys() == wanted.keys()
    moves = {(found[one][0] - wanted[one][0], found[one][1] - wanted[one][1]) for one in wanted}
    assert len(moves) == 1
    assert moves == {(0, 0)} or kind == Format.PRETIX
    assert all(found[one][2] == wanted[one][2] for one in wanted)


def test_a_summary_says_what_a_plan_has() -> None:
    plan = read(understood(json.dumps(hall()).encode()).document)
    assert summary(plan) == [
        "2 sections, 2 blocks, 139 seats",
        "18.2 × 19.0 m, with all that is drawn",
        "Stalls: 136",
        "Balcony, side: 3",
        "4 drawings (other: 2, stage: 1, text: 1)",
    ]


@pytest.mark.parametrize(
    "content", ["section,subsection\n", json.dumps(template(next(iter(templates()))))], ids=["csv", "plan"]
)
def test_a_size_of_pixels_is_refused_for_files_without_pixels(content: str) -> None:
    result = read_file(content.encode(), name="Hall", max_places=MAX_PLACES, unit_cm=2.5)
    assert [(problem.place, problem.code) for problem in result.problems] == [("unit_cm", "not_pretix")]
    assert result.document is None


def test_a_plan_of_ours_without_its_members_is_no_plan_of_pretix() -> None:
    problems = understood(b'{"format": 1}').problems
    assert {problem.place for problem in problems} == {"plan.name", "plan.categories", "plan.sections"}
