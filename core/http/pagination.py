"""Pagination of lists: `page` and `page_size` (20 by default, at most 100).

Responses have the form {count, next, previous, results}.
"""

import re
from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from core.errors import BadInput

WHOLE_NUMBER = re.compile(r"0*[1-9][0-9]*", re.ASCII)
MAX_DIGITS = 18  # of a page size that is read as a number


class Pages(PageNumberPagination):
    """The pagination of all lists of the API."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    page_query_description = "The number of a page, from 1; 404 after the last one."
    page_size_query_description = f"Items of a page: {page_size} by default, at most {max_page_size}."
    invalid_page_message = "The list has no such page."

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        """Return the number of the requested page. Raises BadInput for what is no number of a page."""
        page = super().get_page_number(request, paginator)
        if isinstance(page, str) and not WHOLE_NUMBER.fullmatch(page):
            raise BadInput.field("page", 'This must be a whole number from 1, or "last".')
        return page

    def get_page_size(self, request: Request) -> int:
        """Return the requested page size, at most `max_page_size`. Raises BadInput for what is no size of a page."""
        size = request.query_params.get("page_size") or str(self.page_size)
        if not WHOLE_NUMBER.fullmatch(size):
            raise BadInput.field("page_size", f"This must be a whole number from 1 to {self.max_page_size}.")
        return self.max_page_size if len(size) > MAX_DIGITS else min(int(size), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the query parameters in the schema, with their ranges."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            parameter["schema"]["minimum"] = 1
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page, as OpenAPI 3.1 writes it: the framework's has the `nullable` of 3.0."""
        page = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            link = page["properties"][name]
            del link["nullable"]
            link["type"] = ["string", "null"]
        return page | {"required": ["count", "next", "previous", "results"]}
