"""Webhooks to sellers, apart from the database: what they say (payloads), where they may go (addresses), and the wire
they go over (line)."""
