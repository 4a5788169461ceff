"""URLs of issued tickets."""

from django.urls import path

from bookings.tickets import api

urlpatterns = [
    path("api/booking/<uuid:booking_id>/admissions", api.BookingAdmissions.as_view(), name="admission-list"),
    path(
        "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.svg",
        api.TicketSvg.as_view(),
        name="admission-qr-svg",
    ),
    path(
        "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.png",
        api.TicketPng.as_view(),
        name="admission-qr-png",
    ),
    path(
        "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/ticket.pkpass",
        api.TicketPass.as_view(),
        name="admission-pkpass",
    ),
    path("api/booking/<uuid:booking_id>/tickets.pkpasses", api.BookingPasses.as_view(), name="booking-pkpasses"),
    path("api/booking/<uuid:booking_id>/calendar.ics", api.BookingCalendar.as_view(), name="booking-calendar"),
    path("api/booking/<uuid:booking_id>/tickets.pdf", api.TicketsPdf.as_view(), name="booking-tickets-pdf"),
]
