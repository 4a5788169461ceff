"""The waiting room: a queue before the sale of an event (docs/waiting-room.md).

The queue is in Redis (room), leave to book is in Postgres (models.QueuePass), and a client holds signed words of both
(tokens): so a lost Redis loses nobody's place, and nobody gets past it.
"""
