"""What the places of a booking are called and what they cost, for all that names them to people or to programs.

In a grid, names follow from the positions. A booking in a drawn block has the names of its seats itself, as they were
when they were held. In a standing area nobody has a row or a seat: the names there only tell tickets apart.

bookings/static/bookings/formatting.js has the same texts for the pages, checkin/decision_text.js there for the door.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, cast

from django.db import connection

from bookings.holds.kinds import KindAndNote, kinds_and_notes, with_remark
from bookings.holds.models import Booking
from core.money.amounts import money
from core.text.directions import isolated
from events.models import Event, Subsection
from events.plans.plan import labels_of
from events.seating.names import RowAndSeat, grid_place
from events.seating.names import names_of as current_names
from events.seating.positions import place_of, seat_name
from events.states import SubsectionKind


class BlockName(NamedTuple):
    """How people call a block: `word`, `section` and, if people need it, `number`.

    A section of a seating plan has a name of its own, as "Parkett links"; its blocks have numbers only if there are
    several. `row_word` is what its rows are: "row", or "table".
    """

    word: str  # "Section ", or ""
    section: str
    number: int | None
    row_word: str = "row"

    @property
    def text(self) -> str:
        """The name in one line: "Section A, block 1", or "Parkett links"."""
        return f"{self.word}{isolated(self.section)}" + (f", block {self.number}" if self.number else "")

    @property
    def short(self) -> str:
        """The name where there is little room: "A-1", or "Parkett links"."""
        section = isolated(self.section)
        return f"{section}-{self.number}" if self.number else section


class Line(NamedTuple):
    """Places of a booking in one row, or in a standing area.

    `seats` has their labels, as "4–6 and 9"; it is "" in a standing area. `price` is the sum of their prices, in minor
    units. `remark` is what is special about all of them, as "Wheelchair places", or "".
    """

    row: str  # "row 2", or "table 2"
    seats: str
    quantity: int
    price: int
    remark: str

    @property
    def place(self) -> str:
        """The places as people say them: "row 2, seats 4 and 5", or "standing, 3 places"."""
        if not self.seats:
            return STANDING if self.quantity == 1 else f"{STANDING}, {self.quantity} places"
        return f"{self.row}, seat{'s' if self.quantity > 1 else ''} {self.seats}"

    @property
    def text(self) -> str:
        """The places with what is special about them: "row 2, seats 4 and 5 · Wheelchair places"."""
        return with_remark(self.place, self.remark)


STANDING = "standing"
ROW_WORDS = """
SELECT section ->> 'name', ARRAY(
    SELECT CASE WHEN block ? 'tables' THEN 'table' ELSE 'row' END
    FROM jsonb_array_elements(section -> 'subsections') WITH ORDINALITY AS blocks(block, number)
    ORDER BY number
)
FROM events_planversion, jsonb_array_elements(document -> 'sections') AS section
WHERE id = %s
"""
ROW_LABEL = 'What is written on the row; "" in a standing area.'  # in the API's descriptions
SEAT_NAME = '"2-4": the labels of row and seat. In a standing area it only tells tickets apart.'
SEAT_LABEL = 'What is written on the seat; "" in a standing area.'


def block_name(subsection: Subsection, event: Event) -> BlockName:
    """Return how people call a block. `event` is the subsection's."""
    if subsection.kind == SubsectionKind.GRID:
        return BlockName("Section ", subsection.section, subsection.number)
    row_words = _row_words(cast(int, event.plan_version_id))[subsection.section]
    number = subsection.number if len(row_words) > 1 else None
    return BlockName("", subsection.section, number, row_words[subsection.number - 1])


@lru_cache(maxsize=1_000)
def _row_words(plan_version_id: int) -> dict[str, list[str]]:
    """Return what the rows of each block are, by the name of its section. A version of a plan never changes."""
    with connection.cursor() as cursor:
        cursor.execute(ROW_WORDS, [plan_version_id])
        return dict(cursor.fetchall())


def place_text(place: RowAndSeat, row_word: str = "row") -> str:
    """Return a place as people say it: "row 2, seat 3", or "standing"."""
    if not place.seat_label:
        return STANDING
    return f"{row_word} {isolated(place.row_label)}, seat {isolated(place.seat_label)}"


def places_of(booking: Booking) -> list[RowAndSeat]:
    """Return the places of a booking, in the order of its positions."""
    return [_place(booking, booking.subsection, index) for index in range(len(booking.positions))]


def names_of(booking: Booking) -> list[str]:
    """Return what programs call the places of a booking ("C-12"), in the order of its positions."""
    return [_name(booking, booking.subsection, index) for index in range(len(booking.positions))]


def prices_of(booking: Booking) -> list[int]:
    """Return what the places of a booking cost, in the order of its positions and in minor units."""
    return booking.seat_prices or [booking.unit_price] * len(booking.positions)


def place_at(booking: Booking, subsection: Subsection, position: int) -> RowAndSeat:
    """Return the place of a booking at one of its positions. `subsection` is the booking's."""
    return _place(booking, subsection, booking.positions.index(position))


def name_at(booking: Booking, subsection: Subsection, position: int) -> str:
    """Return what programs call the place of a booking at one of its positions. `subsection` is the booking's."""
    return _name(booking, subsection, booking.positions.index(position))


def special_at(booking: Booking, subsection: Subsection, position: int) -> KindAndNote:
    """Return what the place of a booking at one of its positions is. `subsection` is the booking's."""
    return kinds_and_notes(booking, subsection)[booking.positions.index(position)]


def _place(booking: Booking, subsection: Subsection, index: int) -> RowAndSeat:
    if booking.seat_names and booking.row_numbers and booking.seat_numbers:
        numbers = booking.row_numbers[index], booking.seat_numbers[index]
        return RowAndSeat(*numbers, *labels_of(booking.seat_names[index]))
    return grid_place(*place_of(booking.positions[index], subsection.cols), subsection.kind)


def _name(booking: Booking, subsection: Subsection, index: int) -> str:
    if booking.seat_names:
        return booking.seat_names[index]
    return seat_name(booking.positions[index], subsection.cols)


def is_as_held(booking: Booking, subsection: Subsection) -> bool:
    """Return whether the booking's positions are still the places that were held, in its locked subsection.

    Another version of the seating plan may have been taken over since the hold ended. Runs a query for a drawn block.
    """
    if booking.seat_names is None or subsection.kind != SubsectionKind.DRAWN:
        return booking.seat_names is None and subsection.kind != SubsectionKind.DRAWN
    current = current_names(subsection)
    return all(current.position(name) == at for name, at in zip(booking.seat_names, booking.positions, strict=True))


def lines(booking: Booking) -> list[Line]:
    """Return the places of a booking by row and by what is special about them, front row first."""
    return _lines(booking, lambda each: each.place.row)


def lines_by_price(booking: Booking) -> list[Line]:
    """Return the lines of a receipt: like `lines`, but seats of several prices have several, the dearest first."""
    return _lines(booking, lambda each: (each.place.row, -each.price))


class _Held(NamedTuple):
    place: RowAndSeat
    price: int
    special: KindAndNote


def _lines(booking: Booking, order: Callable[[_Held], Any]) -> list[Line]:
    """Return a line for places with the same `order` and of which the same is special, in this order, then by seat."""
    row_word = block_name(booking.subsection, booking.event).row_word
    places = map(_Held, places_of(booking), prices_of(booking), kinds_and_notes(booking, booking.subsection))
    held = sorted(places, key=lambda each: (order(each), each.special, each.place.seat))
    groups = [list(group) for _, group in groupby(held, key=lambda each: (order(each), each.special))]
    groups.sort(key=lambda group: (order(group[0]), group[0].place.seat))
    return [_line(group, row_word) for group in groups]


def _line(group: list[_Held], row_word: str) -> Line:
    seats = label_ranges([held.place.seat_label for held in group if held.place.seat_label])
    first, quantity = group[0], len(group)
    row = f"{row_word} {isolated(first.place.row_label)}"
    return Line(row, seats, quantity, sum(held.price for held in group), first.special.remark(quantity))


def places_text(booking: Booking) -> str:
    """Return the places of a booking in one line: "row 2, seats 4 and 5; row 3, seat 1 · Wheelchair place"."""
    return "; ".join(places_by_row(booking))


def places_by_row(booking: Booking) -> list[str]:
    """Return the lines of a booking as texts: "row 2, seats 4 and 5", "row 3, seat 1 · Wheelchair place"."""
    return [line.text for line in lines(booking)]


def places_word(*bookings: Booking) -> str:
    """Return what texts call the places of bookings: "seats", or "places" if some are in a standing area."""
    kinds = {booking.subsection.kind for booking in bookings}
    return "places" if SubsectionKind.STANDING in kinds else "seats"


def remarks_text(booking: Booking) -> str:
    """Return only those places of a booking that are special, in one line; "" if there are none."""
    return "; ".join(line.text for line in lines(booking) if line.remark)


def counts_by_price(booking: Booking) -> list[tuple[int, int]]:
    """Return how many places of a booking cost how much, the dearest first: pairs of a number and minor units."""
    return [(len(list(group)), price) for price, group in groupby(sorted(prices_of(booking), reverse=True))]


def prices_text(booking: Booking) -> str:
    """Return what one place costs: "$20.00"; "2 × $95.00, 1 × $45.00" if the places have several prices."""
    currency, counts = booking.event.currency, counts_by_price(booking)
    if len(counts) <= 1:
        return money(booking.unit_price, currency)
    return ", ".join(f"{number} × {money(price, currency)}" for number, price in counts)


def label_ranges(labels: list[str]) -> str:
    """Format the labels of seats in one row, from the left, as people say them.

    Numbers ascend and runs are shortened, as "4–6 and 9"; other labels stay in their order, as "12, 12a and 14".
    """
    if all(label.isascii() and label.isdigit() and str(int(label)) == label for label in labels):
        return ranges(sorted(map(int, labels)))
    return _listed([isolated(label) for label in labels])


def ranges(numbers: Iterable[int]) -> str:
    """Format ascending numbers as people say them: 4, 5 is "4 and 5"; 4, 5, 6, 9 is "4–6 and 9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return _listed([part for run in runs for part in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else map(str, run))])


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
