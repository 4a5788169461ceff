"""What programs that read the whole site ask for first: the list of its pages, and where they may go."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from events.catalog.addresses import event_path
from events.catalog.selectors import events_on_show
from events.models import Event

# Pages of one person, forms, and what has no words.
PRIVATE = ("/account", "/admin/", "/api/", "/bookings", "/checkout/", "/gate", "/sell", "/verify", "/reset")


class Events(Sitemap):  # type: ignore[type-arg]  # not subscriptable at run time
    """The pages of the events in the public list, in pages of 1,000."""

    protocol = urlsplit(settings.SITE_URL).scheme
    limit = 1_000

    def items(self) -> QuerySet[Event]:
        """Return the events, oldest first, so that pages stay the same as new ones come."""
        return events_on_show().order_by("pk")

    def lastmod(self, event: Event) -> datetime:
        """Return when the event was last changed."""
        return event.updated_at

    def location(self, event: Event) -> str:
        """Return the path of the event's page."""
        return event_path(event)

    def get_domain(self, site: object = None) -> str:
        """Return the host of the site, and not that of the request."""
        return str(urlsplit(settings.SITE_URL).netloc)


class Lists(Sitemap):  # type: ignore[type-arg]  # not subscriptable at run time
    """The list of events."""

    protocol = urlsplit(settings.SITE_URL).scheme

    def items(self) -> list[str]:
        """Return the names of the pages."""
        return ["events"]

    def location(self, name: str) -> str:
        """Return the path of a page."""
        return reverse(name)

    def get_domain(self, site: object = None) -> str:
        """Return the host of the site, and not that of the request."""
        return str(urlsplit(settings.SITE_URL).netloc)


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Return /sitemap.xml: the public pages; `?p=2` has the second thousand of events."""
    return sitemap(request, {"lists": Lists, "events": Events})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Return /robots.txt: where crawlers may go, and the address of the list of pages."""
    lines = [
        "User-agent: *",
        *[f"Disallow: {path}" for path in PRIVATE],
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
