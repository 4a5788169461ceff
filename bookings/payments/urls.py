"""URLs of payments and refunds."""

from django.urls import path

from bookings.payments import api, bank_pages

urlpatterns = [
    path("api/booking/<uuid:booking_id>/pay", api.BookingPayment.as_view(), name="booking-pay"),
    path("api/booking/<uuid:booking_id>/refund", api.BookingRefund.as_view(), name="booking-refund"),
    path("api/payment/webhook/<str:gateway>", api.PaymentWebhook.as_view(), name="payment-webhook"),
    path("checkout/<uuid:order_id>/continue", bank_pages.go_on, name="payment-continue"),
    path("payment/<uuid:payment_id>/return", bank_pages.come_back, name="payment-return"),
    path("mock-bank/<uuid:payment_id>", bank_pages.mock_bank, name="mock-bank"),
]
