"""The OpenAPI schema: its view, and the server-sent event streams, which no view of the REST framework serves."""

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request


class SchemaView(SpectacularAPIView):
    """The schema as YAML or JSON. Clients that accept neither, such as browsers, get JSON, which they can show."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Choose the format by the `Accept` header; never refuse."""
        try:
            return super().perform_content_negotiation(request, force)
        except NotAcceptable:
            return OpenApiJsonRenderer2(), OpenApiJsonRenderer2.media_type


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
