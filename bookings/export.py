"""The bookings of an event as CSV (RFC 4180), produced in batches so that memory use stays small."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bookings.models import Booking
from bookings.wording import places
from events.models import Event
from events.money import plain
from events.positions import seat_name

FIELDS = (
    "id",
    "created_at",
    "buyer_email",
    "buyer_name",
    "section",
    "subsection",
    "seats",
    "quantity",
    "total_price",
    "currency",
    "status",
    "paid_at",
    "places",
    "total",
)
FETCH_SIZE = 500  # bookings fetched from the database at a time
# A spreadsheet takes a cell that begins with one of these for a formula, and would run what a buyer entered as a name
# (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


class _Line:
    """A file-like object for `csv.writer` whose `write` returns the text instead of storing it."""

    def write(self, text: str) -> str:
        return text


def bookings_csv(event: Event) -> Iterator[str]:
    """Yield a header, then one line per booking of the event, oldest first.

    `seats` are "row-seat", separated by spaces; `total_price` is in minor units; times are RFC 3339 in UTC. `places`
    and `total` repeat seats and price in a form for people: a spreadsheet would turn the seat "8-2" into 8 February.
    All rows come from one snapshot, taken when the first is fetched, through a database cursor that is closed at the
    end.
    """
    writer = csv.writer(_Line())
    yield writer.writerow(FIELDS)
    for booking in _bookings(event):
        yield writer.writerow(_escape_formulas(_cells(booking)))


def _bookings(event: Event) -> Iterator[Booking]:
    """Return the event's bookings with buyer and subsection, and only the currency of the event.

    The long texts of the event would otherwise be repeated in every row.
    """
    bookings = Booking.objects.for_display().select_related("buyer").filter(event=event)
    wanted = bookings.only(
        *("created_at", "positions", "quantity", "unit_price", "total_price", "status", "expires_at", "paid_at"),
        *("event__currency", "buyer__email", "buyer__name"),
        *("subsection__section", "subsection__number", "subsection__cols"),
    )
    return wanted.order_by("created_at", "id").iterator(chunk_size=FETCH_SIZE)


def _cells(booking: Booking) -> Iterator[str]:
    """Yield the cells of a booking, in the order of `FIELDS`."""
    subsection = booking.subsection
    seats = " ".join(seat_name(position, subsection.cols) for position in booking.positions)
    values = (
        *(booking.pk, _time(booking.created_at), booking.buyer.email, booking.buyer.name),
        *(subsection.section, subsection.number, seats),
        *(booking.quantity, booking.total_price, booking.event.currency, booking.shown_status, _time(booking.paid_at)),
        *(places(booking).replace("–", "-"), plain(booking.total_price, booking.event.currency)),
    )
    return map(str, values)


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _escape_formulas(cells: Iterable[str]) -> list[str]:
    """Put an apostrophe before each cell that a spreadsheet would run as a formula, also one with leading spaces.

    With the apostrophe, spreadsheets show the cell as text.
    """
    return [f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell for cell in cells]
