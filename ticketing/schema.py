"""Adds the streams to the OpenAPI schema: no view of the REST framework serves them, so the generator misses them."""

from typing import Any

STREAMS = {
    "/api/event/{event_id}/sse": {
        "operationId": "event_stream",
        "tags": ["event"],
        "security": [{"bearer": []}, {"cookie": []}, {}],
        "description": "The event's live feed as server-sent events: `initial_status`, then `status_update`, each"
        " with the blocks that changed (docs/live.md). `Last-Event-ID` resumes. 404 is JSON, before any stream.",
    },
    "/api/booking/event/{event_id}/sse": {
        "operationId": "booking_stream",
        "tags": ["booking"],
        "security": [{"bearer": []}, {"cookie": []}],
        "description": "My bookings for the event as server-sent events: one `status_update` for each open booking,"
        " then one for each change, and `booking_expiring` 30 seconds before a hold ends; while I wait in the event's"
        " queue, `queue_position`, and `admitted` with my pass (docs/live.md).",
    },
}
PARAMETERS = [
    {"in": "path", "name": "event_id", "required": True, "schema": {"type": "integer"}},
    {"in": "header", "name": "Last-Event-ID", "schema": {"type": "string"}},
    {
        "in": "query",
        "name": "ticket",
        "schema": {"type": "string"},
        "description": "From POST /api/user/stream-ticket, where neither cookie nor header can be sent.",
    },
]


def add_streams(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular: the schema with the streams."""
    for path, operation in STREAMS.items():
        result["paths"][path] = {"get": {**operation, "parameters": PARAMETERS, "responses": _responses()}}
    return result


def _responses() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = {"401": "Unauthorized", "403": "Forbidden", "404": "Not Found", "503": "Service Unavailable"}
    stream = {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    return {"200": stream} | {
        status: {"description": phrase, "content": problem} for status, phrase in refusals.items()
    }
