"""Fees and taxes: an event's terms, and what of an order's prices they are."""
