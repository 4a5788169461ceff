"""Request bodies in the OpenAPI schema: what the view reads, and how it refuses the rest."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from core.http.bodies import Body
from core.http.origin import SAFE_METHODS
from core.openapi import problems

BODY_REFUSALS = (400, 413, 415)  # not valid or unknown members; too large; not JSON
LIST_REFUSALS = (400, 404)  # no number of a page or another bad parameter; a page past the end


class BodySchema(AutoSchema):
    """Describes the request bodies of an ApiView from its `bodies`, with `additionalProperties: false`."""

    _body_method: str | None = None

    def get_request_serializer(self) -> Any:
        """Return the serializer of the method's body; None if it takes none."""
        return getattr(self.view, "bodies", {}).get(self._body_method or self.method)

    def _get_request_body(self, direction: str = "request") -> Any:
        """Also describe the body of DELETE, which the generator leaves out."""
        if self.method != "DELETE" or self.get_request_serializer() is None:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        self._body_method, self.method = "DELETE", "PUT"  # the generator describes bodies of PUT, PATCH and POST only
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self._body_method, self.method = None, "DELETE"

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """Also describe how a body is refused, which every call that writes may do, and the page of a list."""
        responses = super()._get_response_bodies(direction)
        for (status, media_type), refusal in problems(*self._refusals()).items():
            if (code := str(status)) not in responses:
                response = self._get_response_for_code(refusal, code, [media_type], direction)  # type: ignore[no-untyped-call]
                responses[code] = response
        return dict(sorted(responses.items()))

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Return whether the call returns a list, by its lowest status: a success.

        The generator compares the statuses as text, and ours are also pairs of a status and a media type.
        """
        found: Any = self.get_response_serializers() if serializer is None else serializer
        if isinstance(found, dict) and found:
            found = found[min(found, key=lambda status: status if isinstance(status, int) else status[0])]
        return bool(super()._is_list_view(found))

    def _refusals(self) -> tuple[int, ...]:
        if self.method not in SAFE_METHODS and not getattr(self.view, "has_raw_body", True):
            return BODY_REFUSALS
        is_paged = self.method == "GET" and self._is_list_view() and self._get_paginator() is not None  # type: ignore[no-untyped-call]
        return LIST_REFUSALS if is_paged else ()

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        is_body = isinstance(serializer, Body) or (isinstance(serializer, type) and issubclass(serializer, Body))
        return schema | {"additionalProperties": False} if is_body and direction == "request" else schema
