"""Pages that make a seating plan from a file: choose it, see what was understood, and confirm."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from core.errors import BadInput, DomainError, Unavailable
from events.admin.plans.file_forms import ImportedPlanForm, PlanFileForm
from events.plan_models import SeatingPlan
from events.plans.document import read_plan
from events.plans.formats.reports import summary
from events.plans.picture import svg_of
from events.seller_admin.rows import OwnRows, user_of
from events.venues.kept_files import KeptFile, forget_file, keep_file, kept_file
from events.venues.plans import add_plan
from events.venues.write import own_venue

GONE = "The file isn’t here any more, or another one was chosen since. Please choose it again."


class ImportPages(OwnRows):
    """Adds the pages that import a plan, for all who may add one."""

    def get_urls(self) -> list[URLPattern]:
        """Add the URLs of the form with the file, and of what was understood of it."""
        form, check = (self.admin_site.admin_view(view) for view in (self.import_view, self.imported_view))
        return [
            path("import/", form, name="events_seatingplan_import"),
            path("import/check/", check, name="events_seatingplan_imported"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form with the file. Read a file; show what was understood, or its problems beside the form."""
        self._check_may_add(request)
        user = user_of(request)
        if request.method != "POST":
            form = PlanFileForm(user=user, initial=self.get_changeform_initial_data(request))
            return self._response(request, "import", form=form)
        form = PlanFileForm(request.POST, request.FILES, user=user)
        if not form.is_valid() or form.understood is None:
            return self._response(request, "import", form=form, understood=form.understood)
        keep_file(
            user_id=user.pk,
            venue_id=form.cleaned_data["venue"].pk,
            file_name=form.cleaned_data["file"].name,
            understood=form.understood,
        )
        return HttpResponseRedirect(reverse("admin:events_seatingplan_imported"))

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def imported_view(self, request: HttpRequest) -> HttpResponse:
        """Show what was understood of the last file. Make a plan of it, if it is still the one that was seen."""
        self._check_may_add(request)
        kept = kept_file(user_of(request).pk)
        if kept is None or (request.method == "POST" and request.POST.get("token") != kept.token):
            self.message_user(request, GONE, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:events_seatingplan_import"))
        row = SeatingPlan(venue=own_venue(kept.venue_id, user_of(request)))
        document: Any = kept.understood.document
        initial = {"name": document["name"], "token": kept.token}
        form = ImportedPlanForm(request.POST or None, instance=row, initial=initial)
        if request.method == "POST" and form.is_valid() and (added := self._added(request, kept, form)):
            return added
        plan = read_plan(document, max_places=settings.MAX_SEATS_PER_EVENT)
        shown = {"summary": summary(plan), "picture": svg_of(plan), "kept": kept, "understood": kept.understood}
        return self._response(request, "imported", form=form, **shown)

    def _added(self, request: HttpRequest, kept: KeptFile, form: ImportedPlanForm) -> HttpResponse | None:
        """Add the plan and return the redirect to its page; None, with an error in the form, if that was refused."""
        user = user_of(request)
        try:
            plan = add_plan(
                venue_id=kept.venue_id,
                seller=user,
                name=form.cleaned_data["name"],
                draft=kept.understood.document,
            )
        except Unavailable:
            raise
        except BadInput as refusal:
            for problem in refusal.extra["errors"]:
                form.add_error(None, problem["detail"])
            return None
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return None
        self.log_addition(request, plan, f"Imported from {kept.file_name}.")
        self.message_user(request, "The plan was made. Publish it when it is as it should be.", messages.SUCCESS)
        forget_file(user.pk)
        return HttpResponseRedirect(reverse("admin:events_seatingplan_change", args=[quote(plan.pk)]))

    def _check_may_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _response(self, request: HttpRequest, page: str, **context: Any) -> TemplateResponse:
        context |= {**self.admin_site.each_context(request), "title": "Import a seating plan", "opts": self.opts}
        return TemplateResponse(request, f"admin/events/seatingplan/{page}.html", context)
