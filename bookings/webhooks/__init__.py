"""Webhooks to sellers: their endpoints, and signed messages about sales and check-ins (docs/webhooks.md).

`delivery` sends them. It uses `payloads` (bodies), `addresses` (permitted addresses), `http_connection` (one connection
to a receiver) and `worker_pool` (several messages at a time).
"""
