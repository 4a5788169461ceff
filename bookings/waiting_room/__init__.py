"""The waiting room: a queue before the sale of an event (docs/waiting-room.md).

The queue is in Redis (`room`) and queue passes are in Postgres (`QueuePass`). Clients keep signed tokens of their
place and their pass (`bookings.queue_tokens`), so that nobody loses their place if Redis is lost, and nobody can skip
the queue.
"""
