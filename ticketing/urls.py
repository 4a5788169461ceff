"""All addresses. The apps bring their own; here are the admin, the schema and the operators' endpoints."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from ticketing import health

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("events.urls")),
    path("", include("bookings.urls")),
    path("api/schema", SpectacularAPIView.as_view(permission_classes=[]), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(permission_classes=[], url_name="schema"), name="docs"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
]

handler400 = "ticketing.problems.bad_request"
handler404 = "ticketing.problems.not_found"
handler500 = "ticketing.problems.server_error"
