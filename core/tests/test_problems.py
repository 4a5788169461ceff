"""Every error response is problem+json with a code and, for invalid input, the fields."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DataError, OperationalError
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from core.errors import (
    BadInput,
    DomainError,
    InvalidState,
    Overloaded,
)
from core.http.problems import handle_exception, not_found, problem_response, server_error
from ticketing.middleware import ApiRequestMiddleware


class SectionInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=3)
    price = serializers.IntegerField(min_value=0)


class EventInput(serializers.Serializer[Any]):
    title = serializers.CharField()
    sections = SectionInput(many=True)
    tags = serializers.ListField(child=serializers.IntegerField())

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["title"] == "both":
            raise serializers.ValidationError("These two don't go together.", code="conflict")
        return attrs


def response_to(exception: Exception) -> Response:
    response = handle_exception(exception, {"request": None})
    assert response is not None
    assert response.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= set(response.data)
    assert response.data["status"] == response.status_code
    return response


def problems(data: Any) -> list[tuple[str, str]]:
    serializer = EventInput(data=data)
    with pytest.raises(exceptions.ValidationError) as refusal:
        serializer.is_valid(raise_exception=True)
    response = response_to(refusal.value)
    assert (response.status_code, response.data["code"]) == (400, "validation_error")
    assert all(problem["detail"] for problem in response.data["errors"])
    return [(problem["field"], problem["code"]) for problem in response.data["errors"]]


def test_every_bad_field_is_named() -> None:
    assert problems({}) == [("title", "required"), ("sections", "required"), ("tags", "required")]


def test_nested_fields_have_dotted_paths() -> None:
    data = {
        "title": "x",
        "sections": [{"name": "A", "price": 1}, {"name": "toolong", "price": -1}],
        "tags": [1, "x"],
    }
    assert problems(data) == [
        ("sections.1.name", "max_length"),
        ("sections.1.price", "min_value"),
        ("tags.1", "invalid"),
    ]


def test_a_list_of_the_wrong_type_is_named_by_its_field() -> None:
    assert ("sections", "not_a_list") in problems({"title": "x", "sections": {}, "tags": []})


def test_an_error_of_the_whole_body_has_an_empty_field() -> None:
    assert problems({"title": "both", "sections": [], "tags": []}) == [("", "conflict")]
    assert problems([1]) == [("", "invalid")]


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (InvalidState(), 409, "invalid_state"),
        (BadInput.field("name", "It is blank."), 400, "validation_error"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "not_authenticated"),
        (exceptions.PermissionDenied(), 403, "permission_denied"),
        (exceptions.ParseError("Not JSON."), 400, "validation_error"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (DataError("integer out of range"), 400, "validation_error"),
    ],
)
def test_refusals_have_their_status_and_code(exception: Exception, status: int, code: str) -> None:
    response = response_to(exception)
    assert (response.status_code, response.data["code"]) == (status, code)


@pytest.mark.parametrize("exception", [Overloaded(), OperationalError("too many clients"), OperationalError()])
def test_an_unavailable_database_gives_503_with_retry_after_and_no_details(exception: Exception) -> None:
    response = response_to(exception)
    assert (response.status_code, response.data["code"]) == (503, "overloaded")
    assert response["Retry-After"] == str(response.data["retry_after"])
    assert "clients" not in json.dumps(response.data)


def test_429_says_how_long_to_wait() -> None:
    response = response_to(exceptions.Throttled(wait=1.2))
    assert (response.status_code, response.data["code"]) == (429, "rate_limited")
    assert int(response["Retry-After"]) == response.data["retry_after"] >= 2


def test_unexpected_errors_are_left_to_handler500() -> None:
    assert handle_exception(ZeroDivisionError(), {"request": None}) is None


def test_outside_the_rest_framework_the_response_is_the_same() -> None:
    class SeatsTaken(DomainError):
        code = "seats_taken"

    response = problem_response(SeatsTaken("Seat 1-1 is taken.", seats=["1-1"]))
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "The request can't be carried out",
        "status": 409,
        "detail": "Seat 1-1 is taken.",
        "code": "seats_taken",
        "seats": ["1-1"],
    }


def test_404_and_500_are_problems_under_api_and_reveal_no_secrets() -> None:
    request = RequestFactory().get("/api/nowhere")
    for response, code in (
        (not_found(request, Http404("secret")), "not_found"),
        (server_error(request), "internal_error"),
    ):
        assert response["Content-Type"] == "application/problem+json"
        assert isinstance(response, HttpResponse)
        assert json.loads(response.content)["code"] == code
        assert b"secret" not in response.content


def test_a_body_with_a_large_content_length_is_refused_unread() -> None:
    def view(request: Any) -> HttpResponse:
        raise AssertionError("the request reached the view")

    request = RequestFactory().post("/api/event", CONTENT_LENGTH=str(2 * 1024 * 1024))
    response = ApiRequestMiddleware(view)(request)
    assert response.status_code == 413
    assert json.loads(response.content)["code"] == "payload_too_large"


@pytest.mark.parametrize("path", ["/api/event", "/api/event/", "/admin/"])
def test_only_api_paths_lose_their_slash(path: str) -> None:
    request = RequestFactory().get(path)
    seen = []

    def view(request: Any) -> HttpResponse:
        seen.append(request.path_info)
        return HttpResponse()

    ApiRequestMiddleware(view)(request)
    assert seen == ["/admin/" if path == "/admin/" else "/api/event"]
