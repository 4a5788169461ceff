"""URLs of bookings and holds."""

from django.urls import path

from bookings.holds import api

urlpatterns = [
    path("api/booking", api.BookingList.as_view(), name="booking-list"),
    path("api/booking/my_booking", api.MyBookings.as_view(), name="my-booking-list"),
    path("api/booking/<uuid:booking_id>", api.BookingItem.as_view(), name="booking-detail"),
    path("api/booking/<uuid:booking_id>/extend", api.BookingExtension.as_view(), name="booking-extend"),
]
