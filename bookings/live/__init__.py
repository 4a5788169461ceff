"""The live feed of buyers: each change of their bookings, over WebSocket and server-sent events."""
