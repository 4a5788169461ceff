"""URLs of payments and refunds."""

from django.urls import path

from bookings.payments import api

urlpatterns = [
    path("api/booking/<uuid:booking_id>/pay", api.BookingPayment.as_view(), name="booking-pay"),
    path("api/booking/<uuid:booking_id>/refund", api.BookingRefund.as_view(), name="booking-refund"),
    path("api/payment/webhook/<str:gateway>", api.PaymentWebhook.as_view(), name="payment-webhook"),
]
