"""Labels by rule: letters with some left out, odd and even numbers, from either side."""

from string import ascii_uppercase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.plans.labels import LETTERS, MAX_LABEL, WITHOUT_I_AND_O, LabelRule, doubled, index_of, letters
from events.plans.tests.documents import block_of, document_of, grid_of, problems_of

ALPHABETS = st.sets(st.sampled_from(ascii_uppercase), min_size=1).map(lambda used: "".join(sorted(used)))
GRID = "document.sections.0.subsections.0.grid"


def row_labels(count: int, rule: Any) -> list[str]:
    return [row.label for row in block_of(grid_of(rows=count, row_labels=rule)).rows]


def seat_labels(seats: Any, rule: Any) -> list[list[str]]:
    rows = len(seats) if isinstance(seats, list) else 1
    block = block_of(grid_of(rows=rows, seats=seats, seat_labels=rule))
    return [[place.label for place in row.places] for row in block.rows]


def test_rows_have_letters_without_i_and_o_and_seats_have_numbers() -> None:
    block = block_of(grid_of(rows=26))
    labels = [row.label for row in block.rows]
    assert labels[:9] == list("ABCDEFGHJ") and labels[-4:] == ["Y", "Z", "AA", "AB"]
    assert not {"I", "O"} & set(labels)
    assert [place.label for place in block.rows[0].places] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        ({"style": "letters", "skip": []}, [*ascii_uppercase, "AA", "AB"]),
        ({"style": "doubled", "skip": []}, [*ascii_uppercase, "AA", "BB"]),
        ({"style": "doubled", "start": "Y"}, ["Y", "Z", "AA", "BB", "CC"]),
        ({"style": "letters", "start": "AA"}, ["AA", "AB", "AC"]),
        ({"style": "doubled", "start": "CC", "skip": []}, ["CC", "DD", "EE"]),
        ({"style": "letters", "step": 2}, ["A", "C", "E", "G", "J"]),
        ({"style": "letters", "reverse": True}, ["D", "C", "B", "A"]),
        ({"style": "letters", "skip": list("BCDEFGHIJKLMNOPQRSTUVWXYZ")}, ["A", "AA", "AAA"]),
        ({"style": "numbers", "start": 21}, ["21", "22", "23"]),
        ({"style": "numbers", "start": 0, "step": 10}, ["0", "10", "20"]),
        ({"style": "numbers", "start": 12, "skip": [13, 14]}, ["12", "15", "16"]),
        ({"style": "numbers", "prefix": "Box ", "suffix": "!"}, ["Box 1!", "Box 2!"]),
        ({"style": "numbers", "prefix": " "}, ["1", "2"]),
        (["Front", " Middle ", "Rang-1"], ["Front", "Middle", "Rang-1"]),
    ],
)
def test_rows_are_labelled_by_rule(rule: Any, labels: list[str]) -> None:
    assert row_labels(len(labels), rule) == labels


def test_odd_and_even_seats_are_numbered_from_the_middle_of_the_hall() -> None:
    odd = {"style": "numbers", "step": 2, "reverse": True}
    even = {"style": "numbers", "start": 2, "step": 2}
    assert seat_labels([3, 4], odd) == [["5", "3", "1"], ["7", "5", "3", "1"]]
    assert seat_labels([3, 4], even) == [["2", "4", "6"], ["2", "4", "6", "8"]]


def test_shorter_rows_have_the_first_of_the_given_labels() -> None:
    assert seat_labels([2, 3], ["a", "b", "c"]) == [["a", "b"], ["a", "b", "c"]]


@given(index=st.integers(0, 2_000), alphabet=ALPHABETS)
def test_letters_are_read_back(index: int, alphabet: str) -> None:
    for style, text in (("letters", letters(index, alphabet)), ("doubled", doubled(index, alphabet))):
        if len(text) <= MAX_LABEL:
            assert index_of(text, style, alphabet) == index


@given(count=st.integers(1, 1_000))
def test_letters_never_repeat_and_get_longer(count: int) -> None:
    labels = LETTERS.labels(count)
    assert len(set(labels)) == count
    assert labels == sorted(labels, key=lambda label: (len(label), label))
    assert set("".join(labels)) <= set(WITHOUT_I_AND_O)


@given(
    count=st.integers(1, 200),
    start=st.integers(0, 10_000),
    step=st.integers(1, 100),
    skip=st.frozensets(st.integers(0, 10_000), max_size=50),
)
def test_numbers_are_those_that_are_not_skipped(count: int, start: int, step: int, skip: frozenset[int]) -> None:
    labels = LabelRule(start=start, step=step, skip=skip).labels(count)
    numbers = [number for number in range(start, start + step * (count + len(skip)), step) if number not in skip]
    assert labels == [str(number) for number in numbers[:count]]


@given(count=st.integers(1, 100), step=st.integers(1, 5))
def test_a_reversed_rule_is_the_same_from_the_other_side(count: int, step: int) -> None:
    there, back = LabelRule(step=step), LabelRule(step=step, reverse=True)
    assert there.labels(count) == back.labels(count)[::-1]


@pytest.mark.parametrize(
    ("name", "rule", "problems"),
    [
        ("row_labels", "letters", {"": "invalid"}),
        ("row_labels", None, {"": "invalid"}),
        ("row_labels", {}, {".style": "required"}),
        ("row_labels", {"style": "roman"}, {".style": "invalid"}),
        ("row_labels", {"style": ["letters"]}, {".style": "invalid"}),
        ("row_labels", {"style": "letters", "colour": 1}, {".colour": "unknown"}),
        ("row_labels", {"style": "letters", "start": 1}, {".start": "invalid"}),
        ("row_labels", {"style": "letters", "start": "a"}, {".start": "invalid"}),
        ("row_labels", {"style": "letters", "start": "AAAA"}, {".start": "invalid"}),
        ("row_labels", {"style": "letters", "start": "I"}, {".start": "no_such_label"}),
        ("row_labels", {"style": "doubled", "start": "AB"}, {".start": "no_such_label"}),
        ("row_labels", {"style": "letters", "skip": ["A", "aa", 1]}, {".skip.1": "invalid", ".skip.2": "invalid"}),
        ("row_labels", {"style": "letters", "skip": "IO"}, {".skip": "invalid"}),
        ("row_labels", {"style": "letters", "skip": list(ascii_uppercase)}, {".skip": "no_letters"}),
        ("row_labels", {"style": "letters", "skip": ["A"] * 27}, {".skip": "too_many"}),
        ("row_labels", {"style": "letters", "prefix": "1/"}, {".prefix": "invalid"}),
        ("row_labels", {"style": "letters", "suffix": "x" * 11}, {".suffix": "max_length"}),
        ("row_labels", {"style": "letters", "prefix": "a\nb"}, {".prefix": "not_one_line"}),
        ("row_labels", ["A", "B"], {"": "wrong_count"}),
        ("row_labels", ["A", "B", "A "], {".2": "duplicate"}),
        ("row_labels", ["A", "", 3], {".1": "blank", ".2": "invalid"}),
        ("row_labels", ["A", "\u2800", "x" * 21], {".1": "blank", ".2": "max_length"}),
        ("row_labels", ["A", "B", "C/D"], {".2": "invalid"}),
        (
            "row_labels",
            {"style": "numbers", "start": 123456, "prefix": "x" * 10, "suffix": "y" * 10},
            {"": "max_length"},
        ),
        ("seat_labels", {"style": "numbers", "step": 0}, {".step": "invalid"}),
        ("seat_labels", {"style": "numbers", "step": -2}, {".step": "invalid"}),
        ("seat_labels", {"style": "numbers", "step": 1.0}, {".step": "invalid"}),
        ("seat_labels", {"style": "numbers", "step": True}, {".step": "invalid"}),
        ("seat_labels", {"style": "numbers", "start": "1"}, {".start": "invalid"}),
        ("seat_labels", {"style": "numbers", "start": 1_000_000}, {".start": "invalid"}),
        ("seat_labels", {"style": "numbers", "skip": [13, "13"]}, {".skip.1": "invalid"}),
        ("seat_labels", {"style": "numbers", "reverse": "yes"}, {".reverse": "invalid"}),
        ("seat_labels", {"style": "numbers", "prefix": "A-"}, {".prefix": "invalid"}),
        ("seat_labels", ["1", "2", "3", "4-5"], {".3": "invalid"}),
        ("seat_labels", ["1", "2", "3"], {"": "wrong_count"}),
    ],
)
def test_a_bad_rule_is_refused_where_it_is_wrong(name: str, rule: Any, problems: dict[str, str]) -> None:
    document = document_of(grid_of(**{name: rule}))
    assert problems_of(document) == {f"{GRID}.{name}{path}": code for path, code in problems.items()}


def test_letters_that_grow_too_long_are_refused_without_being_written_out() -> None:
    only_a = {"style": "letters", "skip": list("BCDEFGHIJKLMNOPQRSTUVWXYZ"), "step": 100}
    assert problems_of(document_of(grid_of(rows=1_000, seats=1, row_labels=only_a))) == {
        f"{GRID}.row_labels": "max_length"
    }
