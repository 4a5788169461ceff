"""The sale at the sellers' desk. What happens to bookings happens through the operations."""

from bookings.admin import bookings, deliveries, endpoints, event_steps, gate, holders, seat_story

__all__ = ["bookings", "deliveries", "endpoints", "event_steps", "gate", "holders", "seat_story"]
