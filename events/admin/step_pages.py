"""The steps of an event's status, as buttons of its page and actions of the list."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from events.desk import OwnRows, user_of
from events.models import Event
from events.steps import STEPS, Step
from ticketing.errors import DomainError


class StepPages(OwnRows):
    """Publish, close sales and whatever apps above add."""

    actions = ("publish", "close_sales")

    def get_urls(self) -> list[URLPattern]:
        """Django's and the buttons'."""
        view = self.admin_site.admin_view(self.take_step)
        return [path("<path:object_id>/step/<str:name>/", view, name="events_event_step"), *super().get_urls()]

    @method_decorator(require_POST)
    def take_step(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A button of the change page."""
        event = self.get_object(request, unquote(object_id))
        if event is None or name not in STEPS or not self.has_change_permission(request, event):
            raise Http404
        self._take(request, STEPS[name], [event])
        return HttpResponseRedirect(reverse("admin:events_event_change", args=[quote(event.pk)]))

    @admin.action(description="Publish drafts", permissions=["change"])
    def publish(self, request: HttpRequest, events: QuerySet[Event]) -> None:
        """Puts drafts on sale."""
        self._take(request, STEPS["publish"], events)

    @admin.action(description="Close sales for good", permissions=["change"])
    def close_sales(self, request: HttpRequest, events: QuerySet[Event]) -> None:
        """Ends sales."""
        self._take(request, STEPS["close"], events)

    def _take(self, request: HttpRequest, step: Step, events: Iterable[Event]) -> None:
        for event in events:
            try:
                step.take(event, user_of(request))
            except DomainError as refusal:
                self.message_user(request, f"{event.name}: {refusal}", messages.ERROR)
            else:
                self.log_change(request, event, step.done)
                self.message_user(request, f"{event.name}: {step.done}", messages.SUCCESS)
