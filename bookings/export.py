"""An event's bookings as CSV (RFC 4180), a row at a time: however many there are, few of them are in memory."""

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
AT_ONCE = 500  # bookings that are fetched together
# A spreadsheet takes a cell that begins so for a formula, and would run what a buyer gave as his name
# (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


class _Line:
    """The file that `csv.writer` wants: it hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def bookings_csv(event: Event) -> Iterator[str]:
    """A header, then a line for each booking of the event, the oldest first.

    `seats` are "row-seat", parted by spaces; `total_price` is in minor units; times are RFC 3339 in UTC. For people
    `places` and `total` say the same as they write it: of "8-2" a spreadsheet makes the 8th of February. The rows are
    those of the moment in which the first is fetched, from a cursor of the database that is closed at the end.
    """
    writer = csv.writer(_Line())
    yield writer.writerow(FIELDS)
    for booking in _bookings(event):
        yield writer.writerow(_defused(_cells(booking)))


def _bookings(event: Event) -> Iterator[Booking]:
    """With buyer, block and of the event the currency alone: its texts would come along in every row."""
    bookings = Booking.objects.for_display().select_related("buyer").filter(event=event)
    wanted = bookings.only(
        *("created_at", "positions", "quantity", "unit_price", "total_price", "status", "expires_at", "paid_at"),
        *("event__currency", "buyer__email", "buyer__name"),
        *("subsection__section", "subsection__number", "subsection__cols"),
    )
    return wanted.order_by("created_at", "id").iterator(chunk_size=AT_ONCE)


def _cells(booking: Booking) -> Iterator[str]:
    """The booking in the order of `FIELDS`."""
    block = booking.subsection
    values = (
        *(booking.pk, _time(booking.created_at), booking.buyer.email, booking.buyer.name),
        *(block.section, block.number, " ".join(seat_name(position, block.cols) for position in booking.positions)),
        *(booking.quantity, booking.total_price, booking.event.currency, booking.shown_status, _time(booking.paid_at)),
        *(places(booking).replace("–", "-"), plain(booking.total_price, booking.event.currency)),
    )
    return map(str, values)


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _defused(cells: Iterable[str]) -> list[str]:
    """With an apostrophe before whatever a spreadsheet would run, also behind blanks: it shows the rest as text."""
    return [f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell for cell in cells]
