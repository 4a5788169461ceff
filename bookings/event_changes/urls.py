"""URLs of cancelling an event."""

from django.urls import path

from bookings.event_changes import api

urlpatterns = [
    path("api/event/<int:event_id>/cancel", api.EventCancellation.as_view(), name="event-cancel"),
]
