"""The statuses of events and seats, and the allowed transitions."""

from django.db import models


class EventStatus(models.TextChoices):
    """The status of an event."""

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
    # New dates by which the event is not over.
    EventStatus.COMPLETED: frozenset({EventStatus.AVAILABLE, EventStatus.SOLD_OUT}),
    EventStatus.ENDED: frozenset({EventStatus.CANCELLED}),  # only before the event begins
    EventStatus.CANCELLED: frozenset(),
}

ON_SALE = (EventStatus.AVAILABLE, EventStatus.SOLD_OUT)  # seats can be held while the sale is open by the clock

# In all other statuses nobody will ever hold a seat, so a new price would only contradict what buyers paid.
PRICES_CHANGE_IN = (EventStatus.DRAFT, *ON_SALE)

# The transitions that a seller may request; the others follow from the seats, the clock or a cancellation.
SELLER_TRANSITIONS: dict[EventStatus, frozenset[EventStatus]] = {
    EventStatus.DRAFT: frozenset({EventStatus.AVAILABLE}),
    EventStatus.AVAILABLE: frozenset({EventStatus.COMPLETED, EventStatus.ENDED}),
    EventStatus.SOLD_OUT: frozenset({EventStatus.COMPLETED, EventStatus.ENDED}),
}


class CreationStatus(models.TextChoices):
    """The status of a request for a large event."""

    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Being created"
    DONE = "done", "Created"
    FAILED = "failed", "Failed"


OPEN_CREATIONS = (CreationStatus.WAITING, CreationStatus.RUNNING)


class SeatStatus(models.TextChoices):
    """The status of one seat. The seat map shows each by its first letter."""

    AVAILABLE = "available", "Available"
    RESERVED = "reserved", "Reserved"
    SOLD = "sold", "Sold"
    BLOCKED = "blocked", "Blocked"


class ChangeKind(models.TextChoices):
    """The kind of one committed change of a subsection's seats."""

    HELD = "held", "Held"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"
    CANCELLED = "cancelled", "Cancelled"
    REFUNDED = "refunded", "Refunded"
    BLOCKED = "blocked", "Blocked"
    UNBLOCKED = "unblocked", "Unblocked"
    REPLANNED = "replanned", "Drawn anew"  # other places, all of them available: see events/lifecycle/take_over.py


# The seat status that each kind of change requires, and the one that it sets. REPLANNED isn't there: it puts new seats
# into the place of old ones.
SEAT_TRANSITIONS: dict[ChangeKind, tuple[SeatStatus, SeatStatus]] = {
    ChangeKind.HELD: (SeatStatus.AVAILABLE, SeatStatus.RESERVED),
    ChangeKind.PAID: (SeatStatus.RESERVED, SeatStatus.SOLD),
    ChangeKind.EXPIRED: (SeatStatus.RESERVED, SeatStatus.AVAILABLE),
    ChangeKind.CANCELLED: (SeatStatus.RESERVED, SeatStatus.AVAILABLE),
    ChangeKind.REFUNDED: (SeatStatus.SOLD, SeatStatus.AVAILABLE),
    ChangeKind.BLOCKED: (SeatStatus.AVAILABLE, SeatStatus.BLOCKED),
    ChangeKind.UNBLOCKED: (SeatStatus.BLOCKED, SeatStatus.AVAILABLE),
}
TAKEN = (SeatStatus.RESERVED, SeatStatus.SOLD)  # statuses in which a seat belongs to a booking


class SubsectionKind(models.TextChoices):
    """How the places of a subsection are arranged."""

    GRID = "grid", "Rows × seats"  # of a compact seating configuration
    DRAWN = "drawn", "Drawn in a seating plan"
    STANDING = "standing", "Standing area"


class PlaceKind(models.TextChoices):
    """The kind of a place in a seating plan."""

    SEAT = "seat", "Seat"
    WHEELCHAIR = "wheelchair", "Wheelchair place"
    COMPANION = "companion", "Companion's seat"
    RESTRICTED = "restricted", "Restricted view"
    HOUSE = "house", "House seat"
