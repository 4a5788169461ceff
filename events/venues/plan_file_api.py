"""API views of seating plans in files: what is understood of one, and a version as one."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpResponse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.errors import BadInput
from core.http.views import ApiView
from core.openapi import problems
from events.plans.document import read_plan
from events.plans.formats.csv_import import COLUMNS
from events.plans.formats.files import read_file
from events.plans.formats.problems import Understood
from events.plans.formats.reports import Format, write_file
from events.venues.permissions import SellersOnly
from events.venues.plan_api import MAX_BODY_BYTES
from events.venues.plan_file_serializers import PlanFile, UnderstoodFile
from events.venues.plans import own_version

CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.PRETIX: "application/json",
    Format.PLAN: "application/json",
}
ENDINGS = {Format.CSV: "csv", Format.PRETIX: "pretix.json", Format.PLAN: "json"}
FILE = OpenApiResponse(
    OpenApiTypes.STR,
    f"The file. CSV is RFC 4180 in UTF-8 with a byte order mark and the header `{','.join(COLUMNS)}`; a cell that a"
    " spreadsheet would take for a formula begins with an apostrophe.",
)


class PlanImport(ApiView):
    """Reads a file with a seating plan."""

    permission_classes = [SellersOnly]
    bodies = {"POST": PlanFile}
    max_body_bytes = MAX_BODY_BYTES

    @extend_schema(operation_id="plan_import", responses={200: UnderstoodFile} | problems(400, 401, 403, 413))
    def post(self, request: Request) -> Response:
        """Return what is understood of a file. Nothing is stored: the document can be the draft of a plan."""
        understood = read_file(
            self.body["content"].encode(),
            name="Seating plan",
            max_places=settings.MAX_SEATS_PER_EVENT,
            kind=self.body.get("format", ""),
            unit_cm=self.body.get("unit_cm"),
        )
        return Response(_body(understood))


def _body(understood: Understood) -> dict[str, Any]:
    return {
        "document": understood.document,
        "places": understood.places,
        "problems": [
            {"field": found.place, "code": found.code, "detail": found.detail, "proposal": found.proposal}
            for found in understood.problems
        ],
        "total_problems": understood.total,
        "left_out": understood.left_out,
    }


class VersionExport(ApiView):
    """A version of a seating plan as a file."""

    permission_classes = [SellersOnly]

    @extend_schema(
        operation_id="plan_version_export",
        parameters=[OpenApiParameter("format", str, enum=Format.values, description="`pretix` by default.")],
        responses={(200, "application/json"): FILE, (200, "text/csv"): FILE} | problems(400, 401, 403, 404),
    )
    def get(self, request: Request, version_id: int) -> HttpResponse:
        """Return the version as a file of pretix, as CSV with a line for each seat, or as a document."""
        kind = request.query_params.get("format", Format.PRETIX)
        if kind not in Format.values:
            raise BadInput.field("format", f"This must be one of {', '.join(Format.values)}.", "invalid_choice")
        version = own_version(version_id, cast(User, request.user))
        return file_response(version.document, f"{version.plan.name} {version.number}", Format(kind))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Accept any `Accept` header and `format`: no renderer offers these files, and nobody must get 404 or 406."""
        return super().perform_content_negotiation(request, force=True)


def file_response(document: dict[str, Any], name: str, kind: Format) -> HttpResponse:
    """Return a valid document as a file that browsers download."""
    most = settings.MAX_SEATS_PER_EVENT
    text, _ = write_file(document, read_plan(document, max_places=most), kind, max_places=most)
    filename = f"{slugify(name) or 'plan'}.{ENDINGS[kind]}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"}
    return HttpResponse(text, content_type=CONTENT_TYPES[kind], headers=headers)
