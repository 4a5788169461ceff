"""The OpenAPI schema describes the accounts endpoints correctly."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

STATUSES = {
    ("post", "/api/user"): {"201", "400", "401", "403", "409"},
    ("get", "/api/user"): {"200", "401"},
    ("patch", "/api/user"): {"200", "400", "401", "403"},
    ("post", "/api/user/login"): {"200", "400", "401", "403"},
    ("post", "/api/user/logout"): {"204", "401", "403"},
    ("post", "/api/user/token"): {"200", "400", "401", "403"},
    ("post", "/api/user/token/refresh"): {"200", "400", "401", "403"},
    ("post", "/api/user/verify"): {"204", "400", "403"},
    ("post", "/api/user/password/reset"): {"204", "400", "403"},
    ("post", "/api/user/password/reset/confirm"): {"204", "400", "403"},
    ("post", "/api/user/stream-ticket"): {"200", "401", "403"},
}


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.mark.parametrize("call", STATUSES)
def test_every_status_of_an_endpoint_is_documented(schema: Any, call: tuple[str, str]) -> None:
    method, path = call
    described = schema["paths"][path][method]
    bad_body = set() if method == "get" else {"400", "413", "415"}
    assert set(described["responses"]) == STATUSES[call] | bad_body


def test_errors_are_problem_json(schema: Any) -> None:
    error = schema["paths"]["/api/user/login"]["post"]["responses"]["401"]
    assert set(error["content"]) == {"application/problem+json"}
