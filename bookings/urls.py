"""Addresses of the bookings app."""

from django.urls import path

from bookings import api, pages

urlpatterns = [
    path("checkout/<uuid:booking_id>", pages.checkout, name="checkout"),
    path("checkout/<uuid:booking_id>/done", pages.done, name="booking-done"),
    path("bookings", pages.bookings, name="bookings"),
    path("api/booking", api.BookingList.as_view(), name="booking-list"),
    path("api/booking/my_booking", api.MyBookings.as_view(), name="my-booking-list"),
    path("api/booking/<uuid:booking_id>", api.BookingItem.as_view(), name="booking-detail"),
    path("api/booking/<uuid:booking_id>/extend", api.BookingExtension.as_view(), name="booking-extend"),
    path("api/booking/<uuid:booking_id>/pay", api.BookingPayment.as_view(), name="booking-pay"),
]
