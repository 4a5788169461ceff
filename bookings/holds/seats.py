"""The seats of a booking, as they were when they were held: no query is needed."""

from typing import NamedTuple

from bookings.holds.models import Booking
from events.plans.plan import labels_of
from events.seating.names import RowAndSeat, grid_place
from events.seating.positions import place_of, seat_name


class BookedSeat(NamedTuple):
    """One seat of a booking, with its name, as "C-12", and its price in minor units."""

    position: int
    name: str
    place: RowAndSeat
    price: int


def booked_seats(booking: Booking) -> list[BookedSeat]:
    """Return the seats of a booking in the order of its positions. The booking's subsection must be loaded."""
    if booking.seat_names is None:
        return [_grid_seat(booking, position) for position in booking.positions]
    prices = booking.seat_prices or [booking.unit_price] * len(booking.positions)
    numbers = zip(booking.row_numbers or (), booking.seat_numbers or (), strict=True)
    places = [
        RowAndSeat(row, seat, *labels_of(name)) for name, (row, seat) in zip(booking.seat_names, numbers, strict=True)
    ]
    return [BookedSeat(*seat) for seat in zip(booking.positions, booking.seat_names, places, prices, strict=True)]


def _grid_seat(booking: Booking, position: int) -> BookedSeat:
    subsection = booking.subsection
    place = grid_place(*place_of(position, subsection.cols), subsection.kind)
    return BookedSeat(position, seat_name(position, subsection.cols), place, booking.unit_price)
