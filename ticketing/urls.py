"""All URLs: those of the apps, the admin, the API schema, health checks and metrics."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from ticketing import health, metrics
from ticketing.schema import SchemaView


def icon(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the site's icon, for pages that don't link to an icon (the admin)."""
    return HttpResponseRedirect(static("ticketing/icon.svg"))


urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("events.urls")),
    path("", include("bookings.urls")),
    path("api/schema", SchemaView.as_view(permission_classes=[]), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(permission_classes=[], url_name="schema"), name="docs"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("favicon.ico", icon),
]

handler400 = "core.http.problems.bad_request"
handler404 = "core.http.problems.not_found"
handler500 = "core.http.problems.server_error"
