"""The states of an event and of a seat, and the steps between them."""

from django.db import models


class EventStatus(models.TextChoices):
    """Where an event stands in its life."""

    DRAFT = "draft", "Draft"
    AVAILABLE = "available", "Available"
    SOLD_OUT = "sold_out", "Sold out"
    COMPLETED = "completed", "Completed"
    ENDED = "ended", "Sales ended"
    CANCELLED = "cancelled", "Cancelled"


EVENT_TRANSITIONS: dict[EventStatus, frozenset[EventStatus]] = {
    EventStatus.DRAFT: frozenset({EventStatus.AVAILABLE, EventStatus.CANCELLED}),
    EventStatus.AVAILABLE: frozenset(
        {EventStatus.SOLD_OUT, EventStatus.COMPLETED, EventStatus.ENDED, EventStatus.CANCELLED}
    ),
    EventStatus.SOLD_OUT: frozenset(
        {EventStatus.AVAILABLE, EventStatus.COMPLETED, EventStatus.ENDED, EventStatus.CANCELLED}
    ),
    EventStatus.COMPLETED: frozenset(),
    EventStatus.ENDED: frozenset(),
    EventStatus.CANCELLED: frozenset(),
}

# Which of them a seller may ask for; the others follow from the seats and the clock.
SELLER_STEPS: dict[EventStatus, frozenset[EventStatus]] = {
    EventStatus.DRAFT: frozenset({EventStatus.AVAILABLE}),
    EventStatus.AVAILABLE: frozenset({EventStatus.COMPLETED, EventStatus.ENDED}),
    EventStatus.SOLD_OUT: frozenset({EventStatus.COMPLETED, EventStatus.ENDED}),
}


class CreationStatus(models.TextChoices):
    """How far the making of a large event is."""

    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Being made"
    DONE = "done", "Made"
    FAILED = "failed", "Failed"


OPEN_CREATIONS = (CreationStatus.WAITING, CreationStatus.RUNNING)


class SeatStatus(models.TextChoices):
    """The state of one ticket. The first letters are the letters of the seat map."""

    AVAILABLE = "available", "Available"
    RESERVED = "reserved", "Reserved"
    SOLD = "sold", "Sold"
    BLOCKED = "blocked", "Blocked"


class ChangeKind(models.TextChoices):
    """Why seats changed: one committed change of one subsection."""

    HELD = "held", "Held"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"
    CANCELLED = "cancelled", "Cancelled"
    REFUNDED = "refunded", "Refunded"
    BLOCKED = "blocked", "Blocked"
    UNBLOCKED = "unblocked", "Unblocked"


# Which seat state a change needs, and which it leaves.
SEAT_STEPS: dict[ChangeKind, tuple[SeatStatus, SeatStatus]] = {
    ChangeKind.HELD: (SeatStatus.AVAILABLE, SeatStatus.RESERVED),
    ChangeKind.PAID: (SeatStatus.RESERVED, SeatStatus.SOLD),
    ChangeKind.EXPIRED: (SeatStatus.RESERVED, SeatStatus.AVAILABLE),
    ChangeKind.CANCELLED: (SeatStatus.RESERVED, SeatStatus.AVAILABLE),
    ChangeKind.REFUNDED: (SeatStatus.SOLD, SeatStatus.AVAILABLE),
    ChangeKind.BLOCKED: (SeatStatus.AVAILABLE, SeatStatus.BLOCKED),
    ChangeKind.UNBLOCKED: (SeatStatus.BLOCKED, SeatStatus.AVAILABLE),
}
TAKEN = (SeatStatus.RESERVED, SeatStatus.SOLD)  # states in which a ticket belongs to a booking
