"""The steps of an event: buttons of its page and actions of the list, each behind a page that says what it will do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_safe

from events.desk import OwnRows, user_of
from events.models import Event
from events.steps import STEPS, Progress, Step, work_on
from ticketing.errors import DomainError

MOST = 50  # events that one action of the list takes a step with: as many as a page of it shows


@dataclass(frozen=True)
class Plan:
    """What a step will do to one event, or why it can't be taken."""

    event: Event
    effects: list[str]
    obstacle: str


class StepPages(OwnRows):
    """Publish, close sales and whatever apps above add; and how far the work is that such a step began."""

    actions = ("publish", "close_sales")

    def get_urls(self) -> list[URLPattern]:
        """Django's and the steps'."""
        step, progress = (self.admin_site.admin_view(view) for view in (self.take_step, self.progress))
        return [
            path("<path:object_id>/step/<str:name>/", step, name="events_event_step"),
            path("<path:object_id>/progress/", progress, name="events_event_progress"),
            *super().get_urls(),
        ]

    def own_event(self, request: HttpRequest, object_id: str) -> Event:
        """The event, for who may change it. To all others it does not exist: raises Http404."""
        event = self.get_object(request, unquote(object_id))
        if event is None or not self.has_change_permission(request, event):
            raise Http404
        return event

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def take_step(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A button of the event's page: GET says what the step will do, POST takes it."""
        event = self.own_event(request, object_id)
        if name not in STEPS:
            raise Http404
        if request.method != "POST":
            return self._preview(request, STEPS[name], [event])
        self._take(request, STEPS[name], [event])
        return HttpResponseRedirect(reverse("admin:events_event_change", args=[quote(event.pk)]))

    @method_decorator(require_safe)
    def progress(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """How far the work on the event is, for its page, which asks once a second; `total` 0 if there is none."""
        work = work_on(self.own_event(request, object_id)) or Progress(0, 0, "", running=False)
        answer = {"done": work.done, "total": work.total, "words": work.words, "running": work.running}
        return JsonResponse(answer, headers={"Cache-Control": "no-store"})

    @admin.action(description="Publish drafts", permissions=["change"])
    def publish(self, request: HttpRequest, events: QuerySet[Event]) -> HttpResponse | None:
        """Puts drafts on sale."""
        return self._with_chosen(request, "publish", events)

    @admin.action(description="Close sales for good", permissions=["change"])
    def close_sales(self, request: HttpRequest, events: QuerySet[Event]) -> HttpResponse | None:
        """Ends sales."""
        return self._with_chosen(request, "close", events)

    def _with_chosen(self, request: HttpRequest, name: str, events: QuerySet[Event]) -> HttpResponse | None:
        """The list's way: the first POST brings the page that says what will happen, and that page's the step."""
        chosen = list(events[: MOST + 1])
        if len(chosen) > MOST:
            self.message_user(request, f"Please choose at most {MOST} events at once.", messages.ERROR)
            return None
        if "confirmed" not in request.POST:
            return self._preview(request, STEPS[name], chosen)
        self._take(request, STEPS[name], chosen)
        return None

    def _preview(self, request: HttpRequest, step: Step, events: list[Event]) -> HttpResponse:
        obstacles = [step.obstacle(event) for event in events]
        plans = [
            Plan(event, [] if obstacle else step.effects(event), obstacle)
            for event, obstacle in zip(events, obstacles, strict=True)
        ]
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "opts": self.opts,
            "step": step,
            "plans": plans,
            "possible": [plan.event for plan in plans if not plan.obstacle],
            "action": request.POST.get("action", ""),  # of the list; "" on the way from an event's page
        }
        return TemplateResponse(request, "admin/events/event/step.html", context)

    def _take(self, request: HttpRequest, step: Step, events: Iterable[Event]) -> None:
        for event in events:
            try:
                step.take(event, user_of(request))
            except DomainError as refusal:
                self.message_user(request, f"{event.name}: {refusal}", messages.ERROR)
            else:
                self.log_change(request, event, step.done)
                self.message_user(request, f"{event.name}: {step.done}", messages.SUCCESS)
