"""Emails to buyers and sellers: composes and sends what the email outbox holds.

Queueing is a package of its own (`bookings.notifications`): holds and payments queue emails, and composing an email
needs holds, payments and tickets. In one package, these imports would be circular.
"""
