"""Request bodies in the OpenAPI schema: what the view reads, and how it refuses the rest."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from core.http.bodies import Body
from core.http.origin import SAFE_METHODS
from core.openapi import problems

BODY_REFUSALS = (400, 413, 415)  # not valid or unknown members; too large; not JSON


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
        """Also describe how a body is refused, which every call that writes may do."""
        responses = super()._get_response_bodies(direction)
        if self.method not in SAFE_METHODS and not getattr(self.view, "has_raw_body", True):
            for (status, media_type), refusal in problems(*BODY_REFUSALS).items():
                if (code := str(status)) not in responses:
                    response = self._get_response_for_code(refusal, code, [media_type], direction)  # type: ignore[no-untyped-call]
                    responses[code] = response
        return dict(sorted(responses.items()))

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        is_body = isinstance(serializer, Body) or (isinstance(serializer, type) and issubclass(serializer, Body))
        return schema | {"additionalProperties": False} if is_body and direction == "request" else schema
