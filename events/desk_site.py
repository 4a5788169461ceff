"""The sellers' desk: Django's admin, and pages of it that belong to no model."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path


class Page(NamedTuple):
    """An address below that of the desk, its view, and the name by which it is known as `admin:<name>`."""

    route: str
    view: Callable[..., HttpResponse]
    name: str


PAGES: list[Page] = []  # apps add theirs in their admin modules; only who may enter the desk sees them


class SellersDesk(AdminSite):
    """Django's admin with `PAGES`, and without what nothing of ours leads to."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The pages, before the admin's own, of which the last takes whatever is left.

        No row of ours has a page to "view on site", and Django's way there answers an id that can't be with a 500.
        """
        pages = [path(page.route, self.admin_view(page.view), name=page.name) for page in PAGES]
        own = [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]
        return [*pages, *own]

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> TemplateResponse:
        """A part of the desk under its name, without "administration"."""
        title = apps.app_configs[app_label].verbose_name if app_label in apps.app_configs else ""
        return super().app_index(request, app_label, {"title": title, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """With the events first: everything else at the desk is about one of them."""
        return sorted(super().get_app_list(request, app_label), key=lambda app: app["app_label"] != "events")
