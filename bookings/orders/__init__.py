"""Orders: what a buyer pays at once, one or more bookings of an event."""
