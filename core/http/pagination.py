"""Pagination of lists: `page` and `page_size` (20 by default, at most 100).

Responses have the form {count, next, previous, results}.
"""

from typing import Any

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """The pagination of all lists of the API."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page, as OpenAPI 3.1 writes it: the framework's has the `nullable` of 3.0."""
        page = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            link = page["properties"][name]
            del link["nullable"]
            link["type"] = ["string", "null"]
        return page | {"required": ["count", "next", "previous", "results"]}
