"""Holds: reserve seats for a buyer, extend, cancel and expire the reservation, and read bookings."""
