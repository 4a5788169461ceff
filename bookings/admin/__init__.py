"""The sale at the sellers' desk. What happens to bookings happens through the operations."""

from bookings.admin import bookings, event_steps, gate, holders, seat_story

__all__ = ["bookings", "event_steps", "gate", "holders", "seat_story"]
