"""The page on which a seller draws a seating plan."""

import json
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.plan_models import SeatingPlan
from events.plans.examples import template, templates


class DesignerPage(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """The designer of a seating plan: it draws in the browser, and saves the draft through the API."""

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of a plan's designer."""
        view = self.admin_site.admin_view(self.designer)
        return [path("<path:object_id>/designer/", view, name="events_seatingplan_designer"), *super().get_urls()]

    @method_decorator([require_safe, never_cache])
    def designer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the plan's draft in the designer. Raise Http404 if it doesn't exist or the user may not change it."""
        plan: SeatingPlan | None = self.get_object(request, unquote(object_id))
        if plan is None or not self.has_change_permission(request, plan):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"Design {plan.name}",
            "opts": self.opts,
            "plan": plan,
            "page": _page_data(plan),
        }
        return TemplateResponse(request, "admin/events/seatingplan/designer.html", context)


def _page_data(plan: SeatingPlan) -> dict[str, Any]:
    """Return what the designer's script starts with."""
    return {
        "id": plan.pk,
        "name": plan.name,
        "revision": plan.revision,
        "draft": json.dumps(plan.draft),  # as text: the script reads it as carefully as a file
        "versions": plan.versions.count(),
        "max_places": settings.MAX_SEATS_PER_EVENT,
        "address": f"/api/plan/{plan.pk}",
        "templates": [template(key) for key in templates()],
        "list": reverse("admin:events_seatingplan_changelist"),
        "new_event": reverse("admin:events_event_add"),
    }
