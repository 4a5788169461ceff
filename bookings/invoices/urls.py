"""URLs of fees and taxes."""

from django.urls import path

from bookings.invoices import api

urlpatterns = [
    path("api/event/<int:event_id>/terms", api.EventTerms.as_view(), name="event-terms"),
]
