"""Pages of lists: `page`, `page_size` (at most 100, 20 by default), answered as {count, next, previous, results}."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """The one pagination of the API."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
