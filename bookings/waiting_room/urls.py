"""URLs of the waiting room."""

from django.urls import path

from bookings.waiting_room import api, pages

urlpatterns = [
    path("queue/<int:event_id>", pages.waiting_room, name="queue"),
    path("api/event/<int:event_id>/queue", api.EventQueue.as_view(), name="event-queue"),
]
