"""Parse JSON bodies with limits on size, depth and content, so that no body can harm a process or the database."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import IO, Any

from django.conf import settings
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.utils.mediatypes import media_type_matches

from core.errors import BadInput, FieldProblem

MAX_DEPTH = 20  # levels of nesting; more than any body of this API has, and far below Python's recursion limit (1,000)
JSON = "application/json"
CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})  # in which a body may be: all are UTF-8
# What Python's decoder says, and what people read instead.
MISTAKES = (
    ("Expecting value", "a value is missing or misspelt"),
    ("Expecting property name", "the name of a member in double quotes is missing"),
    ("Expecting ':'", "a colon is missing"),
    ("Expecting ','", "a comma or a closing bracket is missing"),
    ("Extra data", "there is more text after the end"),
    ("Unterminated string", "a text without a closing quote begins"),
    ("Invalid control character", "a line break or another control character is in a text"),
    ("Invalid \\", "an unknown character follows a backslash"),
    ("Illegal trailing comma", "there is a comma too many"),
    ("Unexpected UTF-8 BOM", "there is a byte order mark"),
)
SURROGATE = re.compile("[\ud800-\udfff]")  # half of a character; decoding JSON has joined those that are pairs


class PayloadTooLarge(APIException):
    """The body is over DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    status_code = 413
    default_code = "payload_too_large"
    default_detail = f"The body may have at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes."


class StrictJSONParser(JSONParser):
    """The REST framework's parser with the rules of `read_json`.

    Raises PayloadTooLarge for bodies over the limit, even without a Content-Length.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        check_media_type(media_type or JSON)
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise PayloadTooLarge
        return read_json(body)


@lru_cache(maxsize=64)
def _is_json(media_type: str) -> bool:
    return bool(media_type_matches(JSON, media_type))


@lru_cache(maxsize=64)
def _charset(media_type: str) -> str:
    return parse_header_parameters(media_type)[1].get("charset", "utf-8").lower()


def check_media_type(media_type: str) -> None:
    """Raise UnsupportedMediaType unless `media_type`, the value of `Content-Type`, means JSON in UTF-8."""
    if not _is_json(media_type):
        raise UnsupportedMediaType(media_type)
    charset = _charset(media_type)
    if charset not in CHARSETS:
        raise UnsupportedMediaType(media_type, f"JSON is read as UTF-8; the charset {charset[:40]!r} is not supported.")


def read_json(body: bytes) -> Any:
    """Return the value of a JSON body.

    Raises ParseError for a body that is not JSON, for NaN and Infinity, duplicate member names, deep nesting and
    integers of thousands of digits; BadInput, which names the fields, for text with NUL characters and lone surrogates,
    which Postgres can't store.
    """
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is not valid JSON: {mistake_in(error)}.") from None
    except UnicodeDecodeError:
        raise ParseError("The body is not text in UTF-8.") from None
    except ValueError:  # of Python's integers
        raise ParseError("The body has a number with too many digits.") from None
    _check(data)
    return data


def mistake_in(error: json.JSONDecodeError) -> str:
    """Return what is wrong in a text that is not JSON, and where, without a full stop."""
    what = next((words for start, words in MISTAKES if error.msg.startswith(start)), "it can't be read")
    return f"{what} at line {error.lineno}, character {error.colno}"


def _refuse_constant(name: str) -> Any:
    raise ParseError(f"The body is not valid JSON: {name} is not a number in JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ParseError("The body is not valid JSON: an object names a member twice.")
    return members


def _check(data: Any) -> None:
    """Refuse a body that is nested too deeply or has text that can't be stored. Does not recurse."""
    problems: list[FieldProblem] = []
    stack: list[tuple[Any, int, str]] = [(data, 0, "")]
    while stack:
        value, depth, field = stack.pop()
        if depth > MAX_DEPTH:
            raise ParseError("The body is nested too deeply.")
        if isinstance(value, str):
            problems += _text_problems(value, field)
        elif isinstance(value, dict):
            for name, item in value.items():
                problems += _text_problems(name, field)
                stack.append((item, depth + 1, _path(field, name)))
        elif isinstance(value, list):
            stack += [(item, depth + 1, _path(field, index)) for index, item in enumerate(value)]
    if problems:
        raise BadInput(sorted(problems, key=itemgetter("field")))


def _path(field: str, step: str | int) -> str:
    name = str(step).encode("utf-8", "backslashreplace").decode()  # so that the response can contain it
    return f"{field}.{name}" if field else name


def _text_problems(value: str, field: str) -> list[FieldProblem]:
    """Return what can't be stored in a text of this field, or in the name of one of its members."""
    if "\x00" in value:
        return [BadInput.problem(field, "Text may not contain the NUL character.", "null_characters_not_allowed")]
    if SURROGATE.search(value):
        return [BadInput.problem(field, "Text may not contain lone surrogates.", "surrogate_characters_not_allowed")]
    return []
