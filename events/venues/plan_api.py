"""API views of seating plans: their drafts, their versions, and the geometry of a version."""

from typing import Any, cast

from django.db.models import Prefetch
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.errors import BadInput
from core.http.views import ApiView, HandlerView, handled_by
from core.openapi import problems
from events.plan_models import PlanVersion, SeatingPlan
from events.venues.permissions import SellersOnly
from events.venues.plan_geometry import show_geometry
from events.venues.plan_serializers import (
    CheckedDocument,
    DocumentToCheck,
    NewPlan,
    PlanBody,
    PlanChange,
    PlanRow,
    Publish,
    VersionBody,
    VersionRow,
)
from events.venues.plans import (
    MAX_DOCUMENT_BYTES,
    add_plan,
    own_plan,
    own_version,
    publish_plan,
    read_places,
    remove_plan,
    rename_plan,
    save_draft,
)
from events.venues.write import own_venue

MAX_BODY_BYTES = MAX_DOCUMENT_BYTES + 64 * 1024  # the document, white space and the other members


class Plans(ApiView):
    """The seating plans of a venue."""

    permission_classes = [SellersOnly]
    bodies = {"POST": NewPlan}
    max_body_bytes = MAX_BODY_BYTES
    queryset = SeatingPlan.objects.none()  # for the schema; `get` reads the plans of the venue

    @extend_schema(operation_id="plan_list", responses={200: PlanRow(many=True)} | problems(400, 401, 403, 404))
    def get(self, request: Request, venue_id: int) -> Response:
        """Return the plans of the venue by name, without their documents, in pages."""
        plans = own_venue(venue_id, _user(request)).plans.defer("draft").prefetch_related(_versions())
        return self.get_paginated_response(PlanRow(self.paginate_queryset(plans), many=True).data)

    @extend_schema(operation_id="plan_create", responses={201: PlanBody} | problems(400, 401, 403, 404, 413))
    def post(self, request: Request, venue_id: int) -> Response:
        """Add a plan to the venue, perhaps with a first draft. A venue has at most 100 plans.

        The body may have 4 MB here: a document that gives 50,000 seats one by one is large.
        """
        plan = add_plan(venue_id=venue_id, seller=_user(request), **self.body)
        headers = {"Location": f"/api/plan/{plan.pk}"}
        return Response(PlanBody(plan).data, status=status.HTTP_201_CREATED, headers=headers)


class PlanItem(ApiView):
    """One seating plan, with the document that is being drawn."""

    permission_classes = [SellersOnly]
    bodies = {"PATCH": PlanChange}
    max_body_bytes = MAX_BODY_BYTES

    @extend_schema(operation_id="plan_detail", responses={200: PlanBody} | problems(401, 403, 404))
    def get(self, request: Request, plan_id: int) -> Response:
        """Return the plan with its draft."""
        return Response(PlanBody(own_plan(plan_id, _user(request))).data)

    @extend_schema(operation_id="plan_change", responses={200: PlanBody} | problems(400, 401, 403, 404, 409, 413))
    def patch(self, request: Request, plan_id: int) -> Response:
        """Save another draft or another name; return the whole plan.

        `revision` is that of the plan that was read before. If another draft was saved since, nothing is changed (409
        `plan_changed`); saving the same draft again is no conflict. The body may have 4 MB here.
        """
        changes: dict[str, Any] = self.body
        change = save_draft if "draft" in changes else rename_plan
        if len(changes) == 1:
            raise BadInput([], "Send a draft, a name or both.")
        return Response(PlanBody(change(plan_id=plan_id, seller=_user(request), **changes)).data)

    @extend_schema(operation_id="plan_remove", responses={204: None} | problems(401, 403, 404, 409))
    def delete(self, request: Request, plan_id: int, *args: Any) -> Response:
        """Remove a plan and its versions; 409 `plan_in_use` while an event uses one of them."""
        remove_plan(plan_id=plan_id, seller=_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class NewVersion(ApiView):
    """Publishes a plan."""

    permission_classes = [SellersOnly]
    bodies = {"POST": Publish}

    @extend_schema(operation_id="plan_publish", responses={201: VersionRow} | problems(400, 401, 403, 404, 409))
    def post(self, request: Request, plan_id: int) -> Response:
        """Make the draft the next version of the plan, which events can then be put on with. It never changes.

        If the newest version has the same document, that is the response. All mistakes in the document are named, with
        their paths.
        """
        version = publish_plan(plan_id=plan_id, seller=_user(request), **self.body)
        headers = {"Location": f"/api/plan-version/{version.pk}"}
        return Response(VersionRow(version).data, status=status.HTTP_201_CREATED, headers=headers)


class VersionItem(ApiView):
    """One published version of a seating plan."""

    permission_classes = [SellersOnly]

    @extend_schema(operation_id="plan_version_detail", responses={200: VersionBody} | problems(401, 403, 404))
    def get(self, request: Request, version_id: int) -> Response:
        """Return the version with its document, which is that of the draft when it was published."""
        return Response(VersionBody(own_version(version_id, _user(request))).data)


class PlanCheck(ApiView):
    """Checks a document, for programs that draw one."""

    permission_classes = [SellersOnly]
    bodies = {"POST": DocumentToCheck}
    max_body_bytes = MAX_BODY_BYTES

    @extend_schema(operation_id="plan_check", responses={200: CheckedDocument} | problems(400, 401, 403, 413))
    def post(self, request: Request) -> Response:
        """Return what is wrong with a document, or what maps would draw of it. Nothing is stored."""
        try:
            places, geometry = read_places(self.body["document"])
        except BadInput as refusal:
            return Response({"places": 0, "problems": refusal.extra["errors"], "geometry": None})
        return Response({"places": places, "problems": [], "geometry": geometry})


class Geometry(HandlerView):
    """What maps draw of a seating plan."""

    permission_classes = [AllowAny]

    get = extend_schema(
        operation_id="geometry",
        responses={
            200: OpenApiTypes.OBJECT,
            304: OpenApiResponse(description="The client has it already: it never changes."),
        }
        | problems(404),
        parameters=[
            OpenApiParameter(
                "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="An `ETag` from before."
            ),
        ],
    )(handled_by(show_geometry))


def _user(request: Request) -> User:
    return cast(User, request.user)


def _versions() -> Any:
    return Prefetch("versions", PlanVersion.objects.defer("document", "geometry"))
