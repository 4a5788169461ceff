"""Template tags and filters of bookings."""
