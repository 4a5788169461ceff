"""URLs of the bookings app, from its packages."""

from django.urls import include, path

PACKAGES = (
    "checkout",
    "holds",
    "orders",
    "payments",
    "tickets",
    "event_changes",
    "checkin",
    "reports",
    "invoices",
    "seat_history",
    "waiting_room",
    "operator",
    "privacy",
)

urlpatterns = [path("", include(f"bookings.{package}.urls")) for package in PACKAGES]
