"""Addresses of the bookings app."""

from django.urls import path

from bookings import (
    analytics_api,
    api,
    gate_api,
    gate_pages,
    operator_api,
    operator_pages,
    pages,
    queue_api,
    queue_pages,
    seat_story_api,
    tickets_api,
)

urlpatterns = [
    path("checkout/<uuid:booking_id>", pages.checkout, name="checkout"),
    path("checkout/<uuid:booking_id>/done", pages.done, name="booking-done"),
    path("bookings", pages.bookings, name="bookings"),
    path("api/booking", api.BookingList.as_view(), name="booking-list"),
    path("api/booking/my_booking", api.MyBookings.as_view(), name="my-booking-list"),
    path("api/booking/<uuid:booking_id>", api.BookingItem.as_view(), name="booking-detail"),
    path("api/booking/<uuid:booking_id>/extend", api.BookingExtension.as_view(), name="booking-extend"),
    path("api/booking/<uuid:booking_id>/pay", api.BookingPayment.as_view(), name="booking-pay"),
    path("api/booking/<uuid:booking_id>/refund", api.BookingRefund.as_view(), name="booking-refund"),
    path("api/booking/<uuid:booking_id>/admissions", tickets_api.BookingAdmissions.as_view(), name="admission-list"),
    path(
        "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.svg",
        tickets_api.TicketSvg.as_view(),
        name="admission-qr-svg",
    ),
    path(
        "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.png",
        tickets_api.TicketPng.as_view(),
        name="admission-qr-png",
    ),
    path("api/booking/<uuid:booking_id>/tickets.pdf", tickets_api.TicketsPdf.as_view(), name="booking-tickets-pdf"),
    path("api/event/<int:event_id>/cancel", api.EventCancellation.as_view(), name="event-cancel"),
    path("api/event/<int:event_id>/check-in", gate_api.EventCheckIn.as_view(), name="check-in"),
    path("api/event/<int:event_id>/check-in/manifest", gate_api.EventManifest.as_view(), name="check-in-manifest"),
    path("api/event/<int:event_id>/check-in/batch", gate_api.CheckInBatch.as_view(), name="check-in-batch"),
    path("api/event/<int:event_id>/gate-staff/<str:email>", gate_api.EventGateStaff.as_view(), name="gate-staff"),
    path("api/event/<int:event_id>/analytics", analytics_api.EventAnalytics.as_view(), name="event-analytics"),
    path("api/event/<int:event_id>/bookings.csv", analytics_api.EventBookings.as_view(), name="event-bookings-csv"),
    path(
        "api/event/<int:event_id>/sections/<path:section>/subsection/<int:number>/seats/<str:seat>/story",
        seat_story_api.SeatStoryOf.as_view(),
        name="seat-story",
    ),
    path("queue/<int:event_id>", queue_pages.waiting_room, name="queue"),
    path("api/event/<int:event_id>/queue", queue_api.EventQueue.as_view(), name="event-queue"),
    path("gate/sw.js", gate_pages.service_worker, name="gate-worker"),
    path("gate/<int:event_id>", gate_pages.scanner, name="gate"),
    path("gate/<int:event_id>/app.webmanifest", gate_pages.web_manifest, name="gate-app"),
    path("operator", operator_pages.operator, name="operator"),
    path("api/operator", operator_api.OperatorOverview.as_view(), name="operator-overview"),
    path("api/operator/switch/<str:name>", operator_api.OperatorSwitch.as_view(), name="operator-switch"),
    path("api/operator/event/<int:event_id>", operator_api.OperatorAdmission.as_view(), name="operator-admission"),
    path("api/payment/webhook/<str:gateway>", api.PaymentWebhook.as_view(), name="payment-webhook"),
]
