"""Request bodies of the API: serializers that refuse members which the schema doesn't have."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from core.errors import BadInput

MAX_NAMED = 100  # unknown members that one error names: a body of 1 MB can have 200,000
MAX_NAME_LENGTH = 100  # characters of such a name that are repeated
NOT_AN_OBJECT = "This must be an object, in braces."


class Body(serializers.Serializer[Any]):
    """Base class of all serializers that read a request body, or an object inside one.

    Every member that no field reads is an error with the code `unknown` and the member's name, beside the errors of the
    other fields. So a misspelt member is never taken for one that wasn't sent.
    """

    default_error_messages = {"invalid": NOT_AN_OBJECT}

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated members. Raises ValidationError or BadInput, naming unknown members too."""
        wrong = self.wrong_members(data) if isinstance(data, Mapping) else {}
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            if wrong and isinstance(error.detail, dict):
                raise ValidationError({**wrong, **error.detail}) from None
            raise
        except BadInput as error:
            problems = [
                BadInput.problem(name, str(found[0]), found[0].code or "invalid") for name, found in wrong.items()
            ]
            raise BadInput([*problems, *error.extra["errors"]]) from None
        if wrong:
            raise ValidationError(wrong)
        return value

    def wrong_members(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        """Return the errors of members that no field finds: here, of unknown ones.

        Subclasses add those of members that are required because of others.
        """
        return {name: [self._no_such_member] for name in unknown_members(data, self._members)}

    def get_initial(self) -> Any:
        """Return what the browsable API's form starts with: the required members, with values of their types."""
        if hasattr(self, "initial_data"):
            return super().get_initial()
        return {name: _example(field) for name, field in self.fields.items() if field.required and not self.partial}

    @cached_property
    def _members(self) -> frozenset[str]:
        return frozenset(str(field.field_name) for field in self._writable_fields)

    @cached_property
    def _no_such_member(self) -> ErrorDetail:
        return ErrorDetail(no_such_member(self._members), code="unknown")


class NoBody(Body):
    """The body of calls that take none: it may be missing or an empty object."""


def validated(serializer: Body, body: Any) -> dict[str, Any]:
    """Return the data of `body` as the serializer validated it. Raises ValidationError or BadInput.

    `serializer` is an instance without data that all requests may share: creating one takes eight times as long as the
    validation.
    """
    if body is None:  # the same error as Serializer.errors has
        nothing = ErrorDetail(NOT_AN_OBJECT, code="null")
        raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [nothing]})
    data: dict[str, Any] = serializer.run_validation(body)
    return data


def _example(field: serializers.Field[Any, Any, Any, Any]) -> Any:
    """Return a value of the field's type to start from."""
    if isinstance(field, serializers.ChoiceField):
        return next(iter(field.choices))
    if isinstance(field, serializers.IntegerField):
        return max(field.min_value or 0, 0)
    return field.get_initial() if field.get_initial() is not None else ""


def unknown_members(data: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """Return the names in `data` that are not `known`, shortened: at most MAX_NAMED of MAX_NAME_LENGTH characters."""
    unknown = data.keys() - known
    return [name[:MAX_NAME_LENGTH] for name in islice(sorted(unknown), MAX_NAMED)] if unknown else []


def no_such_member(members: Iterable[str]) -> str:
    """Return the sentence about an unknown member of an object that may have these `members`."""
    possible = ", ".join(sorted(members))
    return f"There is no such member; there may be {possible}." if possible else "This takes no members."
