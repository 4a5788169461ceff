"""Webhooks to sellers, apart from the database: what they say (payloads), where they may go (addresses), the wire they
go over (line), and several on their way at once (crew)."""
