"""Parse JSON bodies with limits on size, depth and content, so that no body can harm a process or the database."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, UnsupportedMediaType, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings
from rest_framework.utils.mediatypes import media_type_matches

MAX_DEPTH = 20  # levels of nesting; more than any body of this API has, and far below Python's recursion limit (1,000)
JSON = "application/json"


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
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise PayloadTooLarge
        return read_json(body)


@lru_cache(maxsize=64)
def _is_json(media_type: str) -> bool:
    return bool(media_type_matches(JSON, media_type))


def check_media_type(media_type: str) -> None:
    """Raise UnsupportedMediaType unless `media_type`, the value of `Content-Type`, means JSON."""
    if not _is_json(media_type):
        raise UnsupportedMediaType(media_type)


def read_json(body: bytes) -> Any:
    """Return the value of a JSON body.

    Raises ParseError for a body that is not JSON, for NaN and Infinity, NUL characters and lone surrogates (Postgres
    can't store them), duplicate member names, deep nesting and integers of thousands of digits.
    """
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None
    except ValueError as error:  # also UnicodeDecodeError and integers with too many digits
        raise ParseError(f"The body is not valid JSON: {error}.") from None
    _check(data)
    return data


def validated(serializer: Serializer[Any], body: Any) -> dict[str, Any]:
    """Return the data of `body` as the serializer validated it. Raises ValidationError.

    `serializer` is an instance without data that all requests share: creating one takes eight times as long as the
    validation.
    """
    if body is None:  # the same error as Serializer.errors has
        nothing = ErrorDetail("No data provided", code="null")
        raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [nothing]})
    data: dict[str, Any] = serializer.run_validation(body)
    return data


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object names a member twice")
    return members


def _check(data: Any) -> None:
    """Raise ParseError if the body is nested too deeply or has text that Postgres can't store. Does not recurse."""
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
