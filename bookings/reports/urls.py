"""URLs of sales reports."""

from django.urls import path

from bookings.reports import api, pages

urlpatterns = [
    path("api/event/<int:event_id>/analytics", api.EventAnalytics.as_view(), name="event-analytics"),
    path("api/event/<int:event_id>/analytics/curve", api.EventCurve.as_view(), name="event-sales-curve"),
    path("api/event/<int:event_id>/bookings.csv", api.EventBookings.as_view(), name="event-bookings-csv"),
    path("sell", pages.events, name="sell"),
    path("sell/<int:event_id>", pages.charts, name="sell-event"),
]
