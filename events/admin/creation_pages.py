"""How far the making of a large event is: a page with a bar, and what the page asks."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from events.admin.step_pages import told
from events.desk import OwnRows
from events.models import Creation
from events.states import OPEN_CREATIONS, CreationStatus
from events.steps import Progress


class CreationPages(OwnRows):
    """A seller sees his own, an operator everybody's; for others they don't exist."""

    def get_urls(self) -> list[URLPattern]:
        """Django's and those of creations."""
        page, state = (self.admin_site.admin_view(view) for view in (self.creation_page, self.creation_state))
        return [
            path("creation/<int:creation_id>/", page, name="events_event_creation"),
            path("creation/<int:creation_id>/state", state, name="events_event_creation_state"),
            *super().get_urls(),
        ]

    def creation_page(self, request: HttpRequest, creation_id: int) -> HttpResponse:
        """How far it is; once the event exists, its page."""
        creation = get_object_or_404(self._creations(request), pk=creation_id)
        if creation.status == CreationStatus.DONE:
            self.message_user(request, f"{creation}: all {creation.total:,} seats are there.", messages.SUCCESS)
            return HttpResponseRedirect(_event_url(creation))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Creating {creation}",
            "opts": self.opts,
            "creation": creation,
            "work": _work(creation),
        }
        return TemplateResponse(request, "admin/events/event/creation.html", context)

    def creation_state(self, request: HttpRequest, creation_id: int) -> JsonResponse:
        """The same for the page's script."""
        return told(_work(get_object_or_404(self._creations(request), pk=creation_id)))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list says what is on its way."""
        if request.method == "GET" and self.has_view_permission(request):
            for creation in self._creations(request).filter(status__in=OPEN_CREATIONS)[:5]:
                url = reverse("admin:events_event_creation", args=[creation.pk])
                told = format_html('“{}” is being created: <a href="{}">see how far it is</a>.', creation, url)
                self.message_user(request, told, messages.INFO)
        return super().changelist_view(request, extra_context)

    def _creations(self, request: HttpRequest) -> QuerySet[Creation]:
        """Whoever sells nothing has none."""
        return Creation.objects.all() if request.user.is_superuser else Creation.objects.filter(seller=request.user.pk)


def _work(creation: Creation) -> Progress:
    """What it leads to is its own page: that says why it failed, or leads on to the event."""
    words = {
        CreationStatus.WAITING: "Waiting for a worker to begin.",
        CreationStatus.RUNNING: f"{creation.done:,} of {creation.total:,} seats are created.",
        CreationStatus.DONE: "Done.",
        CreationStatus.FAILED: creation.failure,
    }[CreationStatus(creation.status)]
    page = reverse("admin:events_event_creation", args=[creation.pk])
    return Progress(creation.done, creation.total, words, creation.status in OPEN_CREATIONS, next=page)


def _event_url(creation: Creation) -> str:
    return reverse("admin:events_event_change", args=[creation.event_id])
