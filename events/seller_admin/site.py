"""The site of the seller admin: Django's admin with pages that belong to no model."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path


class Page(NamedTuple):
    """A page of the admin: route below the admin's URL, view, and URL name (`admin:<name>`)."""

    route: str
    view: Callable[..., HttpResponse]
    name: str


PAGES: list[Page] = []  # apps add pages in their admin modules; all who may use the admin may open them


class SellerAdminSite(AdminSite):
    """Django's admin with `PAGES`, and without "view on site"."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return Django's URLs without "view on site", after those of `PAGES`, as Django's last one is a catch-all.

        None of our models has a `get_absolute_url`, and Django's "view on site" answers malformed ids with a 500.
        """
        pages = [path(page.route, self.admin_view(page.view), name=page.name) for page in PAGES]
        own = [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]
        return [*pages, *own]

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> TemplateResponse:
        """Show the models of one app, with the app's name as the title, without "administration"."""
        title = apps.app_configs[app_label].verbose_name if app_label in apps.app_configs else ""
        return super().app_index(request, app_label, {"title": title, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps with events first: everything else in the admin belongs to one of them."""
        return sorted(super().get_app_list(request, app_label), key=lambda app: app["app_label"] != "events")
