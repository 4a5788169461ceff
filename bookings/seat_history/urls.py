"""URLs of seat histories."""

from django.urls import path

from bookings.seat_history import api

urlpatterns = [
    path(
        "api/event/<int:event_id>/sections/<path:section>/subsection/<int:number>/seats/<path:seat>/story",
        api.SeatHistoryView.as_view(),
        name="seat-history",
    ),
]
