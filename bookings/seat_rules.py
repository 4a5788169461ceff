"""The seat rules: which seats a buyer gets, and how many.

The database follows them while it holds the block's lock (`bookings_hold`; their text is migration 0010), the event's
page when it proposes seats (events/static/events/map/best_seats.js), and bookings/tests/specification/choosing.py says
them once more in Python. Tests hold all three together. Here is what a wish must be like before anybody looks at seats.

**Best available.** The first row from the front with so many free seats side by side; else the longest runs there are.

**Accessible seats.** A section may mark wheelchair places. They are given to those who ask for them: without asking,
the best available never are, though nothing else be left. Who asks for `accessible` ones of his seats gets the first
row from the front with all of them side by side and enough of those among them: of that row the seats with the fewest
accessible ones more than that, then the leftmost. Else the accessible ones come from one row, if any has enough, and
the companions sit as near to them as can be. Seats that are named one by one may be accessible ones.

**Single gaps.** A free seat left alone between taken seats, or between a taken seat and the end of its row. An
accessible seat is no gap, as it is kept; nor is the seat beside a free one, which is a companion's. Where an event does
not allow gaps, the best available leave none if they can; named seats that leave one are refused, unless no other
seats of the block, as many side by side with as many accessible ones, would do.

**Limits.** At most `max_tickets_per_booking` seats in a booking; a buyer has at most as many open holds, over all
events, as the `max_active_holds` of the event he books, under any concurrency.
"""

from bookings.states import SelectionMode
from events.errors import NotEnoughSeats
from events.positions import places_of
from ticketing.errors import BadInput


def check_wish(
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
