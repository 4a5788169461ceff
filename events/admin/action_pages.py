"""The actions of an event on its page and in the list, and the progress of the background work they start."""

from dataclasses import asdict

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from events.admin.event_actions import EVENT_ACTIONS, Progress, progress_on
from events.models import Event
from events.seller_admin.action_pages import ActionPages


class EventActionPages(ActionPages):
    """The event's actions in the admin, and the URL that reports the progress of background work.

    The actions are: publish, close sales, pause and resume the queue, and those that apps which depend on `events`
    register.
    """

    change_form_template = "admin/events/event/change_form.html"
    row_actions = EVENT_ACTIONS
    list_actions = ("publish", "close")

    def get_urls(self) -> list[URLPattern]:
        """Add the URL that reports the progress of background work on an event."""
        view = self.admin_site.admin_view(self.progress)
        return [path("<path:object_id>/progress/", view, name="events_event_progress"), *super().get_urls()]

    def own_event(self, request: HttpRequest, object_id: str) -> Event:
        """Return the event with this id. Raise Http404 if it doesn't exist or the user may not change it."""
        event: Event | None = self.get_object(request, unquote(object_id))
        if event is None or not self.has_change_permission(request, event):
            raise Http404
        return event

    @method_decorator(require_safe)
    def progress(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """Return the progress of background work on the event as JSON; `total` is 0 if there is none."""
        return progress_response(
            progress_on(self.own_event(request, object_id)) or Progress(0, 0, "", running=False, label="")
        )


def progress_response(progress: Progress) -> JsonResponse:
    """Return the progress as uncached JSON for events/admin/progress.js, which requests it once a second."""
    return JsonResponse(asdict(progress), headers={"Cache-Control": "no-store"})
