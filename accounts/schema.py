"""What the OpenAPI generator can't find out itself: how to sign in, and the body of an error response."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class BearerScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer` in the OpenAPI schema."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the definition of the security scheme."""
        return build_bearer_security_scheme_object("Authorization", "Bearer", bearer_format="JWT")


class CookieScheme(OpenApiAuthenticationExtension):
    """The session cookie in the OpenAPI schema."""

    target_class = "accounts.authentication.CookieAuthentication"
    name = "cookie"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the definition of the security scheme."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


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
    """Return the error responses for `extend_schema(responses={201: …} | problems(400, 409))`."""
    return {
        (status, "application/problem+json"): OpenApiResponse(Problem, HTTPStatus(status).phrase) for status in statuses
    }
