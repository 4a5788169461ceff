"""What a request for seats must be like before anybody looks at seats, and the refusals that go with it.

Which seats a buyer gets: bookings/specification/seat_choice.py has the rules in words.

**Limits.** A booking has at most `max_tickets_per_booking` seats. A buyer has at most as many open holds, over all
events, as the event they book allows (`max_active_holds`), under any concurrency.
"""

from bookings.states import SelectionMode
from core.errors import BadInput
from events.errors import NotEnoughSeats
from events.seating.positions import places_of


def check_hold_request(
    mode: SelectionMode, *, quantity: int, seats: list[str], accessible: int = 0
) -> list[tuple[int, int]] | None:
    """Row and seat of each named seat; None for the best available. Raises BadInput for what can't be meant."""
    if mode == SelectionMode.BEST_AVAILABLE:
        if seats:
            raise BadInput.field("seat_positions", "Seats can't be named when the best available are asked for.")
        if accessible > quantity:
            raise BadInput.field("accessible", f"Only {quantity} seats are wanted.", "max_value")
        return None
    if accessible:
        raise BadInput.field("accessible", "This is for the best available; name accessible seats as any others.")
    if len(seats) != quantity:
        raise BadInput.field("seat_positions", f"{quantity} seats are wanted, {len(seats)} are named.")
    return places_of(seats)


def too_many_seats(limit: int) -> BadInput:
    """The refusal of more than `max_tickets_per_booking` seats."""
    return BadInput.field("quantity", f"At most {limit} seats can be booked at once.", "max_value")


def not_enough_seats(accessible: int) -> NotEnoughSeats:
    """The refusal of somebody who asked for so many accessible seats among his."""
    if not accessible:
        return NotEnoughSeats()
    return NotEnoughSeats("This block does not have that many free wheelchair places and seats. Try another block.")
