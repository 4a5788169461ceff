"""Parse JSON bodies with limits on size, depth and content, so that no body can harm a process or the database."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import IO, Any

from django.conf import settings
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.mediatypes import media_type_matches

from core.errors import MAX_PROBLEMS, BadInput, FieldProblem

MAX_DEPTH = 20  # levels of nesting; more than any body of this API has, and far below Python's recursion limit (1,000)
# Of numbers with a decimal point or an exponent. Python reads 1e999 as infinity, which Postgres can't store; and of the
# five characters of 1e308 it makes 309 when they are read again.
SMALLEST, LARGEST = 1e-50, 1e50
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
    """The body is over the limit of the call, in bytes."""

    status_code = 413
    default_code = "payload_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body may have at most {limit:,} bytes.")


class StrictJSONParser(BaseParser):
    """A parser for the REST framework with the rules of `read_json`.

    Raises PayloadTooLarge for bodies over the limit of the view (`max_body_bytes`), even without a Content-Length. It
    is no JSONParser, because the framework reads the body of those first, up to Django's limit of all requests.
    """

    media_type = JSON
    renderer_class = JSONRenderer  # of forms in the browsable API

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        check_media_type(media_type or JSON)
        limit = max_body_bytes((parser_context or {}).get("view"))
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise PayloadTooLarge(limit)
        return read_json(body)


def max_body_bytes(view: Any) -> int:
    """Return the limit of bodies in bytes: that of an API view (or its class) with a limit of its own, else of all."""
    return getattr(view, "max_body_bytes", None) or int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


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
    and for numbers like 1e999, which Postgres can't store.
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
    """Refuse a body that is nested too deeply, or has text or numbers that can't be stored. Does not recurse.

    It keeps only what is open at the moment, not all values that are still to come: a body may have millions.
    """
    problems: list[FieldProblem] = []
    names: list[str | int] = []  # of the open objects and lists, except the outermost
    opened: list[Iterator[tuple[str | int, Any]]] = [iter([("", data)])]
    while opened and len(problems) < MAX_PROBLEMS:
        for name, value in opened[-1]:
            if isinstance(value, dict | list):
                if value and len(opened) > MAX_DEPTH:
                    raise ParseError("The body is nested too deeply.")
                names.append(name)
                problems += _problems_of_names(value, names)
                opened.append(iter(value.items()) if isinstance(value, dict) else enumerate(value))
                break
            if problem := _problem_of(value):
                problems.append(BadInput.problem(_path([*names, name]), *problem))
                break
        else:
            opened.pop()
            names = names[:-1]
    if problems:
        raise BadInput(sorted(problems, key=itemgetter("field")))


def _problems_of_names(value: Any, names: list[str | int]) -> list[FieldProblem]:
    found = (_problem_of(name) for name in value) if isinstance(value, dict) else ()
    return [BadInput.problem(_path(names), *problem) for problem in islice(filter(None, found), MAX_PROBLEMS)]


def _path(names: Iterable[str | int]) -> str:
    """Return the path of a field, without the nameless outermost value and in characters that a response may have."""
    return ".".join(str(name) for name in names if name != "").encode("utf-8", "backslashreplace").decode()


def _problem_of(value: Any) -> tuple[str, str] | None:
    """Return detail and code of what can't be stored in this text or number; None if all can."""
    if isinstance(value, str):
        if "\x00" in value:
            return "Text may not contain the NUL character.", "null_characters_not_allowed"
        if SURROGATE.search(value):
            return "Text may not contain lone surrogates.", "surrogate_characters_not_allowed"
    elif isinstance(value, float) and value and not SMALLEST < abs(value) < LARGEST:
        return "This number is too large or too close to 0.", "invalid"
    return None
