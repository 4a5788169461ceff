"""The list of seating plans and the page of one plan."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events.admin.plans.actions import PLAN_ACTIONS
from events.admin.plans.forms import NewPlanForm, PlanForm
from events.admin.plans.importing import ImportPages
from events.admin.plans.overview import is_published, picture_of, read_draft, versions_of
from events.plan_models import SeatingPlan
from events.plans.formats.reports import Format
from events.seller_admin.action_pages import ActionPages
from events.seller_admin.rows import WrittenRows, user_of
from events.venues.plans import add_plan, listed_plans, rename_plan
from events.venues.write import venues_of

DAY_SECONDS = 24 * 3_600


class PlanPage(ImportPages, ActionPages, WrittenRows):
    """The list of plans, the form of a new one, and the page of an existing one with its draft and its versions."""

    list_display = ("name", "venue", "version", "places", "saved", "events")
    list_filter = (("venue", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("venue",)
    search_fields = ("name__folded", "venue__name__folded")
    search_help_text = "Name or venue"
    actions = None
    row_actions = PLAN_ACTIONS
    change_form_template = "admin/events/seatingplan/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of a version's picture."""
        view = self.admin_site.admin_view(self.picture, cacheable=True)
        route = "<path:object_id>/version/<int:number>/picture.svg"
        return [path(route, view, name="events_seatingplan_picture"), *super().get_urls()]

    class Media:
        css = {"all": ("events/admin/plans.css",)}

    # --- List --------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeatingPlan]:
        """Return the plans the user may see, with what the list shows."""
        return listed_plans(super().get_queryset(request)).select_related("venue")

    @admin.display(description="Newest version", empty_value="Not published")
    def version(self, plan: Any) -> int | None:
        """Return the number of the newest version."""
        return plan.newest  # type: ignore[no-any-return]

    @admin.display(description="Places")
    def places(self, plan: Any) -> str | None:
        """Return the number of places of the newest version."""
        return f"{plan.places:,}" if plan.places else None

    @admin.display(description="Last saved", ordering="updated_at")
    def saved(self, plan: SeatingPlan) -> Any:
        """Return when the draft or the name was saved."""
        return plan.updated_at

    @admin.display(description="Events")
    def events(self, plan: Any) -> int:
        """Return how many events use one of the versions."""
        return int(plan.used_by)

    # --- The page of a plan ------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form of a new plan or of an existing one."""
        return super().get_form(request, obj, change, **{**kwargs, "form": PlanForm if obj else NewPlanForm})

    def get_fields(self, request: HttpRequest, obj: SeatingPlan | None = None) -> tuple[str, ...]:
        """Return the fields of the form; the venue of a plan can't be changed."""
        return ("name", "venue") if obj else ("venue", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: SeatingPlan | None = None) -> tuple[str, ...]:
        """Keep the venue of an existing plan."""
        return ("venue",) if obj else ()

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only venues of the user; without one, say where to add it."""
        if db_field.name == "venue":
            venues = kwargs["queryset"] = venues_of(user_of(request)).order_by("name", "pk")
            if not venues.exists():
                link = reverse("admin:events_venue_add")
                kwargs["help_text"] = format_html(
                    'A plan belongs to a venue: <a href="{}">add your venue</a> first.', link
                )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start with the venue in `?venue=`, or the only one; ignore other values in the URL."""
        venues = list(venues_of(user_of(request)).order_by("pk").values_list("pk", flat=True)[:2])
        asked = request.GET.get("venue", "")
        if asked.isascii() and asked.isdigit():
            return {"venue": asked}
        return {"venue": venues[0]} if len(venues) == 1 else {}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the draft and the versions of an existing plan."""
        plan = kwargs.get("obj")
        if plan is not None:
            context |= {"draft": read_draft(plan), "is_published": is_published(plan), "versions": versions_of(plan)}
            context["formats"] = list(Format)
        else:
            context["show_save_and_add_another"] = False  # what follows is the designer
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator([require_safe, cache_control(private=True, max_age=DAY_SECONDS)])
    def picture(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """Return the picture of a version. Raise Http404 if the user may not see it."""
        plan = self.get_object(request, unquote(object_id))
        version = plan and plan.versions.filter(number=number).defer("geometry").first()
        if version is None:
            raise Http404
        return HttpResponse(picture_of(version), content_type="image/svg+xml")

    # --- Changes, one operation each ---------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: SeatingPlan, form: PlanForm, change: bool) -> None:
        """Add or rename the plan through the operations; `obj` itself is never saved."""
        user, name = user_of(request), form.cleaned_data["name"]
        if change:
            rename_plan(plan_id=obj.pk, seller=user, name=name)
        else:
            obj.pk = add_plan(venue_id=form.cleaned_data["venue"].pk, seller=user, name=name).pk

    def response_add(self, request: HttpRequest, obj: SeatingPlan, *args: Any, **kwargs: Any) -> HttpResponseRedirect:
        """Redirect to the designer, which asks what to start from."""
        return HttpResponseRedirect(reverse("admin:events_seatingplan_designer", args=[quote(obj.pk)]))

    def response_post_save_change(self, request: HttpRequest, obj: SeatingPlan) -> HttpResponseRedirect:
        """Redirect to the plan's page again."""
        return HttpResponseRedirect(reverse("admin:events_seatingplan_change", args=[quote(obj.pk)]))
