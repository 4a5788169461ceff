"""Management commands of bookings."""
