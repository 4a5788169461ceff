"""The browsable API and OPTIONS for views without a queryset or a serializer.

The REST framework's own classes ask each generic view for both, and fail if it has none.
"""

from typing import Any

from rest_framework.metadata import SimpleMetadata
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request


class BrowsableRenderer(BrowsableAPIRenderer):
    """Renders a response as HTML, with forms for what the view accepts."""

    def get_filter_form(self, data: Any, view: Any, request: Request) -> Any:
        """Return the form of the view's filters; None for a view without a queryset."""
        return super().get_filter_form(data, view, request) if _has_queryset(view) else None

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Request) -> Any:
        """Return the form for a method with a body; None for a view without a serializer, unless it is a button."""
        is_button = method in ("DELETE", "OPTIONS")
        return super().get_rendered_html_form(data, view, method, request) if is_button or _has_body(view) else None

    def get_raw_data_form(self, data: Any, view: Any, method: str, request: Request) -> Any:
        """Return the form for JSON; None for a view without a serializer or a parser."""
        has_body = view.parser_classes and _has_body(view)
        return super().get_raw_data_form(data, view, method, request) if has_body else None


class Metadata(SimpleMetadata):
    """Describes an endpoint for OPTIONS."""

    def determine_actions(self, request: Request, view: Any) -> dict[str, Any]:
        """Return the fields of the body by method; nothing for a view without a serializer."""
        return super().determine_actions(request, view) if _has_body(view) else {}


def _has_body(view: Any) -> bool:
    return getattr(view, "serializer_class", True) is not None  # only generic views have the attribute


def _has_queryset(view: Any) -> bool:
    from rest_framework.generics import GenericAPIView  # it imports this module, through the settings

    return getattr(type(view), "get_queryset", None) is not GenericAPIView.get_queryset or view.queryset is not None
