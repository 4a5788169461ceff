"""URLs of the buyer's pages."""

from django.urls import path

from bookings.checkout import pages

urlpatterns = [
    path("checkout/<uuid:booking_id>", pages.checkout, name="checkout"),
    path("checkout/<uuid:booking_id>/done", pages.done, name="booking-done"),
    path("bookings", pages.bookings, name="bookings"),
]
