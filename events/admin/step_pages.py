"""The steps of an event: buttons of its page and actions of the list, and how far the work is that one began."""

from dataclasses import asdict

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from events.deed_pages import DeedPages
from events.models import Event
from events.steps import STEPS, Progress, work_on


class StepPages(DeedPages):
    """Publish, close sales and whatever apps above add."""

    change_form_template = "admin/events/event/change_form.html"
    deeds = STEPS
    listed = ("publish", "close")

    def get_urls(self) -> list[URLPattern]:
        """Django's and that of the work."""
        view = self.admin_site.admin_view(self.progress)
        return [path("<path:object_id>/progress/", view, name="events_event_progress"), *super().get_urls()]

    def own_event(self, request: HttpRequest, object_id: str) -> Event:
        """The event, for who may change it. To all others it does not exist: raises Http404."""
        event = self.get_object(request, unquote(object_id))
        if event is None or not self.has_change_permission(request, event):
            raise Http404
        return event

    @method_decorator(require_safe)
    def progress(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """How far the work on the event is, for its page; `total` 0 if there is none."""
        return told(work_on(self.own_event(request, object_id)) or Progress(0, 0, "", running=False))


def told(work: Progress) -> JsonResponse:
    """For the script events/desk/progress.js, which asks once a second."""
    return JsonResponse(asdict(work), headers={"Cache-Control": "no-store"})
