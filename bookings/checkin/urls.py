"""URLs of check-in; the pages are at /gate/."""

from django.urls import path

from bookings.checkin import api, pages

urlpatterns = [
    path("api/event/<int:event_id>/check-in", api.EventCheckIn.as_view(), name="check-in"),
    path("api/event/<int:event_id>/check-in/manifest", api.EventManifest.as_view(), name="check-in-manifest"),
    path("api/event/<int:event_id>/check-in/tickets", api.EventTickets.as_view(), name="check-in-tickets"),
    path("api/event/<int:event_id>/check-in/counts", api.CheckInCounts.as_view(), name="check-in-counts"),
    path("api/event/<int:event_id>/check-in/batch", api.CheckInBatch.as_view(), name="check-in-batch"),
    path("api/event/<int:event_id>/gate-staff/<str:email>", api.EventGateStaff.as_view(), name="gate-staff"),
    path("gate", pages.gates, name="gates"),
    path("gate/sw.js", pages.service_worker, name="gate-worker"),
    path("gate/<int:event_id>", pages.scanner, name="gate"),
    path("gate/<int:event_id>/app.webmanifest", pages.web_manifest, name="gate-app"),
]
