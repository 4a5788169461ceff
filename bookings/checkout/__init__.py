"""The buyer's pages: checkout, a paid booking with its tickets, and the list of all bookings."""
