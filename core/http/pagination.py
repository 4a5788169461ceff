"""Pagination of lists: `page` and `page_size` (20 by default, at most 100).

Responses have the form {count, next, previous, results}.
"""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """The pagination of all lists of the API."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
