"""No JSON body can harm a process or the database."""

import io
import json
import re
import tracemalloc
from typing import Any

import pytest
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError

from core.errors import BadInput
from core.http.json_body import MAX_DEPTH, PayloadTooLarge, StrictJSONParser, _check
from core.http.messages import to_json

LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def parse(body: bytes | str) -> Any:
    return StrictJSONParser().parse(io.BytesIO(body.encode() if isinstance(body, str) else body))


def test_valid_json_is_read_unchanged() -> None:
    data = {"name": "Žižek 🎟", "rows": [1, 2.5, -3, True, None], "nested": {"a": [{}]}}
    assert parse(json.dumps(data)) == data
    assert parse(json.dumps(data, ensure_ascii=False)) == data


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        "[-Infinity]",
        '{"a": 1, "a": 2}',
        '[{"b": {"a": 1, "a": 1}}]',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        "[" + "9" * 5_000 + "]",
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_invalid_json_is_refused_with_a_sentence(body: bytes | str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse(body)
    assert str(refusal.value.detail).endswith(".")


MISTAKES = {
    "": "a value is missing or misspelt at line 1, character 1",
    '{"a":\n nul}': "a value is missing or misspelt at line 2, character 2",
    "{'a': 1}": "the name of a member in double quotes is missing at line 1, character 2",
    '{"a" 1}': "a colon is missing",
    "[1 2]": "a comma or a closing bracket is missing",
    '{"a": 1': "a comma or a closing bracket is missing",
    "{} {}": "there is more text after the end",
    '["a': "a text without a closing quote begins at line 1, character 2",
    '["a\nb"]': "a line break or another control character is in a text",
    '["\\x"]': "an unknown character follows a backslash",
    '["\\uXYZ"]': "an unknown character follows a backslash",
    "\ufeff{}": "there is a byte order mark",
    '{"a": NaN}': "NaN is not a number in JSON",
    '{"a": 1, "a": 2}': "an object names a member twice",
}


@pytest.mark.parametrize("body", MISTAKES, ids=ascii)
def test_a_mistake_is_explained_in_words_with_its_place(body: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse(body)
    assert f"The body is not valid JSON: {MISTAKES[body]}" in str(refusal.value.detail)
    assert not re.search(r"Expecting|delimiter|char \d|Invalid|decode|column", str(refusal.value.detail))


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('{"a": "\\u0000"}', ["a"]),
        ('{"a": "x\\ud800y"}', ["a"]),
        ('{"a": {"b": ["fine", "\\u0000", "\\udfff"]}, "c": 1}', ["a.b.1", "a.b.2"]),
        ('{"a\\u0000": 1}', [""]),
        ('{"a": [{"\\udfff": "\\u0000"}]}', ["a.0", "a.0.\\udfff"]),
        ('["\\ud800"]', ["0"]),
        ('"\\ud800"', [""]),
        ('{"a": [0.5, 1e999, -1e999], "b": 1E+308, "c": 1e-300, "d": 6.1e-17}', ["a.1", "a.2", "b", "c"]),
    ],
)
def test_text_that_cannot_be_stored_is_refused_by_the_name_of_its_field(body: str, fields: list[str]) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(body)
    assert [problem["field"] for problem in refusal.value.extra["errors"]] == fields
    assert to_json(refusal.value.body())  # it can be sent


@pytest.mark.parametrize("body", ['["\\u0000"' + ',"\\u0000"' * 100_000 + "]", "{" + '"\\u0000":1,' + '"1\\u0000":1}'])
def test_at_most_a_hundred_mistakes_are_named(body: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(body)
    assert 1 <= len(refusal.value.extra["errors"]) <= 100


def test_a_body_of_many_values_is_checked_with_little_memory() -> None:
    data = json.loads("[" + "0," * 500_000 + "0]")
    tracemalloc.start()
    _check(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_depth_has_a_limit() -> None:
    assert parse("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH)
    with pytest.raises(ParseError, match="nested too deeply"):
        parse("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1))


def test_a_surrogate_pair_is_a_character() -> None:
    assert parse('["\\ud83c\\udf9f"]') == ["🎟"]


def test_a_body_over_the_limit_is_refused_unread() -> None:
    stream = io.BytesIO(b" " * (10 * LIMIT))
    with pytest.raises(PayloadTooLarge) as refusal:
        StrictJSONParser().parse(stream)
    assert isinstance(refusal.value, APIException)
    assert refusal.value.status_code == 413
    assert stream.tell() == LIMIT + 1


def test_a_body_of_exactly_the_limit_is_read() -> None:
    assert parse(b"[]" + b" " * (LIMIT - 2)) == []
