"""Issued tickets: their signed codes, QR images and PDF, and sending them again."""
