"""Bookings, webhooks and check-in in the admin. All changes go through the operations."""

from bookings.admin import bookings, deliveries, endpoints, event_steps, gate, holders, seat_story

__all__ = ["bookings", "deliveries", "endpoints", "event_steps", "gate", "holders", "seat_story"]
