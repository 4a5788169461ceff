"""JSON in: strict, shallow and small, so that no body can hurt a process or the database."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20  # far deeper than any body of this API; the interpreter's own limit is near 1,000


class PayloadTooLarge(APIException):
    """The body is over DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    status_code = 413
    default_code = "payload_too_large"
    default_detail = f"The body may have at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes."


class StrictJSONParser(JSONParser):
    """Refuses with 400: NaN and Infinity, NUL characters and lone surrogates (Postgres can't store them), members
    named twice, deep nesting, integers of thousands of digits. Refuses with 413 what is too large, also
    where no length was announced."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise PayloadTooLarge
        return read_json(body)


def read_json(body: bytes) -> Any:
    """The body's value. Raises ParseError, see StrictJSONParser."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None
    except ValueError as error:  # also UnicodeDecodeError and integers with too many digits
        raise ParseError(f"The body is not valid JSON: {error}.") from None
    _check(data)
    return data


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object names a member twice")
    return members


def _check(data: Any) -> None:
    """Walks the whole body without recursion."""
    stack = [(data, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise ParseError("The body is nested too deeply.")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            stack += [(key, depth + 1) for key in value]
            stack += [(item, depth + 1) for item in value.values()]
        elif isinstance(value, list):
            stack += [(item, depth + 1) for item in value]


def _check_text(value: str) -> None:
    if "\x00" in value:
        raise ParseError("Text may not contain the NUL character.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ParseError("Text may not contain lone surrogates.") from None
