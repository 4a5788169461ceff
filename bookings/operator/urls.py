"""URLs of the operator's page and API."""

from django.urls import path

from bookings.operator import api, pages

urlpatterns = [
    path("operator", pages.operator, name="operator"),
    path("api/operator", api.OperatorOverview.as_view(), name="operator-overview"),
    path("api/operator/switch/<str:name>", api.OperatorSwitch.as_view(), name="operator-switch"),
    path("api/operator/event/<int:event_id>", api.OperatorAdmission.as_view(), name="operator-admission"),
]
