"""The browsable API and OPTIONS for views without a queryset or a body.

The REST framework's own classes ask each generic view for both, and fail if it has none.
"""

from typing import Any

from rest_framework.metadata import SimpleMetadata
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request


class BrowsableRenderer(BrowsableAPIRenderer):
    """Renders a response as HTML, with forms for what the view accepts (`{}` for a call without a body)."""

    def get_filter_form(self, data: Any, view: Any, request: Request) -> Any:
        """Return the form of the view's filters; None for a view without a queryset."""
        return super().get_filter_form(data, view, request) if _has_queryset(view) else None

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Request) -> Any:
        """Return the button for DELETE and OPTIONS, and a form for views that accept forms."""
        is_button = method in ("DELETE", "OPTIONS")
        return super().get_rendered_html_form(data, view, method, request) if is_button or _reads_body(view) else None

    def get_raw_data_form(self, data: Any, view: Any, method: str, request: Request) -> Any:
        """Return the form for JSON; None for a view that reads no JSON."""
        return super().get_raw_data_form(data, view, method, request) if _reads_body(view) else None


class Metadata(SimpleMetadata):
    """Describes an endpoint for OPTIONS."""

    def determine_actions(self, request: Request, view: Any) -> dict[str, Any]:
        """Return the fields of the body by method."""
        return {method: self.get_serializer_info(body()) for method, body in getattr(view, "bodies", {}).items()}


def _reads_body(view: Any) -> bool:
    """Return whether this is an ApiView (which imports this module, through the settings) that reads JSON."""
    return hasattr(view, "bodies") and not view.has_raw_body


def _has_queryset(view: Any) -> bool:
    from rest_framework.generics import GenericAPIView  # it imports this module, through the settings

    return getattr(type(view), "get_queryset", None) is not GenericAPIView.get_queryset or view.queryset is not None
