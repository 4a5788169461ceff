"""The hold request: which seats a buyer wants to hold, and the checks of the request that need no database.

The rules for which seats a buyer gets are in bookings/specification/seat_choice.py, in words. A booking has at most
`max_tickets_per_booking` seats. A buyer has at most as many open holds, over all events, as the event that they book
allows (`max_active_holds`), under any concurrency.
"""

from dataclasses import dataclass, field

from bookings.states import SelectionMode
from core.errors import BadInput
from core.text.formatting import pluralize
from events.seating.positions import check_names


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """A request for `quantity` seats of one subsection.

    With `mode` MANUAL, `seats` names each of them ("C-12"; without a seating plan "row-seat", both from 1). With
    BEST_AVAILABLE, the product chooses them, and `accessible` of them are wheelchair places. `subsection` is the number
    of the subsection in its section. With `fallback`, which only orders have, seats side by side in the nearest
    subsection of the same price are better than seats apart.
    """

    event_id: int
    section: str
    subsection: int
    mode: SelectionMode
    quantity: int
    seats: list[str] = field(default_factory=list)
    accessible: int = 0
    fallback: bool = False


def check_hold_request(hold_request: HoldRequest) -> None:
    """Check a hold request.

    Raises BadInput if it contradicts itself, or if no seat can have one of the names, or one is repeated.
    """
    quantity, seats, accessible = hold_request.quantity, hold_request.seats, hold_request.accessible
    if hold_request.mode == SelectionMode.BEST_AVAILABLE:
        if seats:
            raise BadInput.field("seat_positions", "Seats can't be named when the best available are requested.")
        if accessible > quantity:
            raise BadInput.field("accessible", f"Only {_requested(quantity)}.", "max_value")
        return
    if hold_request.fallback:
        raise BadInput.field("fallback", "This is for the best available; named seats are in one block.")
    if accessible:
        raise BadInput.field("accessible", "This is for the best available; name accessible seats like any others.")
    if len(seats) != quantity:
        named = f"{len(seats):,} {'is' if len(seats) == 1 else 'are'} named" if seats else "none is named"
        raise BadInput.field("seat_positions", f"{_requested(quantity)}, but {named}.")
    check_names(seats)


def _requested(quantity: int) -> str:
    return f"{pluralize(quantity, 'seat')} {'is' if quantity == 1 else 'are'} requested"
