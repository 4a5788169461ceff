"""Registers the admin of bookings. Each package registers its own models; all changes go through the operations."""

import bookings.admin.bookings
import bookings.checkin.admin
import bookings.event_changes.admin
import bookings.seat_history.admin
import bookings.webhooks.admin_deliveries
import bookings.webhooks.admin_endpoints  # noqa: F401
