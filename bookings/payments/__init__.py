"""Payments and refunds: charge a card through a gateway, settle the outcome, and return the money."""
