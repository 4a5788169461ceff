"""The email outbox: queues emails to buyers and sellers, without their content.

Composing and sending them is a package of its own (`bookings.emails`), because that needs holds, payments and tickets,
which queue emails themselves.
"""
