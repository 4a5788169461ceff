"""The page that shows the progress of creating a large event, and the JSON that this page polls.

A worker creates a large event in the background; a `Creation` is the request for it.
"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from events.admin.action_pages import progress_response
from events.admin.event_actions import Progress
from events.models import Creation
from events.seller_admin.rows import OwnRows
from events.states import OPEN_CREATIONS, CreationStatus


class CreationPages(OwnRows):
    """Adds the progress pages of creations (large events that a worker creates).

    Sellers see creations of their own events, operators all creations; for others, the pages answer with a 404.
    """

    def get_urls(self) -> list[URLPattern]:
        """Add the URLs of a creation: its progress page, and the JSON with its progress."""
        page, state = (self.admin_site.admin_view(view) for view in (self.creation_page, self.creation_state))
        return [
            path("creation/<int:creation_id>/", page, name="events_event_creation"),
            path("creation/<int:creation_id>/state", state, name="events_event_creation_state"),
            *super().get_urls(),
        ]

    def creation_page(self, request: HttpRequest, creation_id: int) -> HttpResponse:
        """Show the progress of the creation or why it failed, or redirect to the event once it exists."""
        creation = get_object_or_404(self._creations(request), pk=creation_id)
        if creation.status == CreationStatus.DONE:
            self.message_user(request, f"{creation}: all {creation.total:,} seats have been created.", messages.SUCCESS)
            return HttpResponseRedirect(_event_url(creation))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Creating {creation}",
            "opts": self.opts,
            "creation": creation,
            "progress": _progress(creation),
        }
        return TemplateResponse(request, "admin/events/event/creation.html", context)

    def creation_state(self, request: HttpRequest, creation_id: int) -> JsonResponse:
        """Return the progress of the creation as JSON for the script of its page."""
        return progress_response(_progress(get_object_or_404(self._creations(request), pk=creation_id)))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the list of events, with messages that link to at most five events that are being created."""
        if request.method == "GET" and self.has_view_permission(request):
            for creation in self._creations(request).filter(status__in=OPEN_CREATIONS)[:5]:
                url = reverse("admin:events_event_creation", args=[creation.pk])
                message = format_html('“{}” is being created: <a href="{}">show progress</a>.', creation, url)
                self.message_user(request, message, messages.INFO)
        return super().changelist_view(request, extra_context)

    def _creations(self, request: HttpRequest) -> QuerySet[Creation]:
        """Return the creations the user may see."""
        return Creation.objects.all() if request.user.is_superuser else Creation.objects.filter(seller=request.user.pk)


def _progress(creation: Creation) -> Progress:
    """Return the progress of a creation, in seats.

    When the work has ended, the page reloads itself (`next`): it then shows the failure or redirects to the event.
    """
    text = {
        CreationStatus.WAITING: "Waiting for a worker to start.",
        CreationStatus.RUNNING: f"{creation.done:,} of {creation.total:,} seats created.",
        CreationStatus.DONE: "Done.",
        CreationStatus.FAILED: creation.failure,
    }[CreationStatus(creation.status)]
    page = reverse("admin:events_event_creation", args=[creation.pk])
    return Progress(creation.done, creation.total, text, creation.status in OPEN_CREATIONS, "Seats created", next=page)


def _event_url(creation: Creation) -> str:
    return reverse("admin:events_event_change", args=[creation.event_id])
