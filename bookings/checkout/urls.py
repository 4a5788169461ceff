"""URLs of the buyer's pages."""

from django.urls import path

from bookings.checkout import pages

urlpatterns = [
    path("checkout/<uuid:order_id>", pages.checkout, name="checkout"),
    path("checkout/<uuid:order_id>/done", pages.done, name="booking-done"),
    path("checkout/<uuid:order_id>/wallet/apple", pages.apple, name="booking-apple-wallet"),
    path("checkout/<uuid:booking_id>/wallet/google/<uuid:admission_id>", pages.google, name="ticket-google-wallet"),
    path("bookings", pages.bookings, name="bookings"),
]
