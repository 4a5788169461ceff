"""Sales reports for sellers: an event's current numbers, also live, its sales curve, and its bookings as CSV."""
