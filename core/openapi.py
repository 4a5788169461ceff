"""What the OpenAPI schema says about refused requests."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class FieldProblem(serializers.Serializer[Any]):
    """One invalid field: its name, a code and a sentence a person can act on."""

    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error response as in RFC 9457; `code` never changes."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]
    seats = serializers.ListField(child=serializers.CharField(), required=False)
    retry_after = serializers.IntegerField(required=False, help_text="Seconds.")


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Return the error responses with these statuses, for `extend_schema(responses={201: …} | problems(400, 409))`."""
    return {
        (status, "application/problem+json"): OpenApiResponse(Problem, HTTPStatus(status).phrase) for status in statuses
    }
