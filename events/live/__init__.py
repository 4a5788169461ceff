"""The live feed of events: counts and seats as they change, and what other viewers select."""
