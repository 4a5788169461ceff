"""What drf-spectacular leaves out of the OpenAPI schema: the server-sent event streams, which no REST framework view
serves, and the bodies of DELETE requests.
"""

from typing import Any

from drf_spectacular.openapi import AutoSchema

STREAMS = {
    "/api/event/{event_id}/sse": {
        "operationId": "event_stream",
        "tags": ["event"],
        "security": [{"bearer": []}, {"cookie": []}, {}],
        "description": "The event's live feed as server-sent events: `initial_status`, then `status_update`, each"
        " with the blocks that changed (docs/live.md). `Last-Event-ID` resumes. A 404 is JSON and no stream.",
    },
    "/api/booking/event/{event_id}/sse": {
        "operationId": "booking_stream",
        "tags": ["booking"],
        "security": [{"bearer": []}, {"cookie": []}],
        "description": "The buyer's bookings for the event as server-sent events: one `status_update` for each open"
        " booking, then one for each change, and `booking_expiring` 30 seconds before a hold ends; while they wait in"
        " the event's queue, `queue_position`, and `admitted` with their pass (docs/live.md).",
    },
}
PARAMETERS = [
    {"in": "path", "name": "event_id", "required": True, "schema": {"type": "integer"}},
    {"in": "header", "name": "Last-Event-ID", "schema": {"type": "string"}},
    {
        "in": "query",
        "name": "ticket",
        "schema": {"type": "string"},
        "description": "From POST /api/user/stream-ticket, for clients that can send neither a cookie nor a header.",
    },
]


class Schema(AutoSchema):
    """Describes the body of a DELETE request if the view names one with `extend_schema(request=…)`."""

    def get_request_serializer(self) -> Any:
        """Return the serializer of the body; `extend_schema` overrides this."""
        return None if self.method == "DELETE" else super().get_request_serializer()

    def _get_request_body(self, direction: str = "request") -> Any:
        method = self.method
        if method == "DELETE" and self.get_request_serializer() is not None:
            self.method = "POST"  # for which the base class describes a body
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = method


def add_streams(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Add the streams to the schema (a postprocessing hook of drf-spectacular)."""
    for path, operation in STREAMS.items():
        result["paths"][path] = {"get": {**operation, "parameters": PARAMETERS, "responses": _responses()}}
    return result


def _responses() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    errors = {"401": "Unauthorized", "403": "Forbidden", "404": "Not Found", "503": "Service Unavailable"}
    stream = {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    return {"200": stream} | {status: {"description": phrase, "content": problem} for status, phrase in errors.items()}
