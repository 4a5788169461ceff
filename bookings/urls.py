"""Addresses of the bookings app."""

from django.urls import path

from bookings import api

urlpatterns = [
    path("api/booking", api.BookingList.as_view(), name="booking-list"),
    path("api/booking/my_booking", api.MyBookings.as_view(), name="my-booking-list"),
    path("api/booking/<uuid:booking_id>", api.BookingItem.as_view(), name="booking-detail"),
    path("api/booking/<uuid:booking_id>/extend", api.BookingExtension.as_view(), name="booking-extend"),
    path("api/booking/<uuid:booking_id>/pay", api.BookingPayment.as_view(), name="booking-pay"),
    path("api/booking/<uuid:booking_id>/refund", api.BookingRefund.as_view(), name="booking-refund"),
    path("api/event/<int:event_id>/cancel", api.EventCancellation.as_view(), name="event-cancel"),
    path("api/payment/webhook/<str:gateway>", api.PaymentWebhook.as_view(), name="payment-webhook"),
]
