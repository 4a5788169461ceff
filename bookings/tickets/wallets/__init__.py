"""Tickets for the wallets of phones: passes of Apple Wallet, and links that save a ticket to Google Wallet.

Both are made here without a network, and only if the shop has set its certificates or its key (configuration.py).
"""
