"""Export an event's bookings as CSV (RFC 4180), row by row, so that memory use does not grow with their number."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

from bookings.holds.kinds import kinds_and_notes
from bookings.holds.models import Booking
from bookings.holds.places import lines, names_of, prices_of, remarks_text
from core.money.amounts import in_major_units
from core.text.csv_cells import BYTE_ORDER_MARK, escaped
from events.models import Event

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
    "reference",
    "seat_prices",
    "time_zone",
    "created_at_local",
    "paid_at_local",
    "seat_kinds",
    "remarks",
    "order_id",
)
FETCH_SIZE = 500  # bookings fetched at a time


class _Echo:
    """A file for `csv.writer` whose `write` returns the line instead of storing it."""

    def write(self, text: str) -> str:
        return text


def bookings_csv(event: Event) -> Iterator[str]:
    """Yield a byte order mark and a header, then a line for each booking of the event, oldest first.

    `seats` are "row-seat", separated by spaces, and `seat_prices` and `seat_kinds` belong to them; money is in minor
    units; times are RFC 3339 in UTC, and again by the clock at the venue. `places` and `total` repeat seats and price
    in a form for people, because spreadsheets turn "8-2" into the 8th of February. `remarks` has the special ones of
    the places, with what buyers are told of them.
    All lines show the bookings as they are when the first one is fetched. The database cursor is closed at the end.
    """
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(FIELDS)
    for booking in _bookings(event):
        yield writer.writerow(escaped(_cells(booking)))


def _bookings(event: Event) -> Iterator[Booking]:
    """Return the bookings with buyer, subsection and currency, but without the event's long texts."""
    bookings = Booking.objects.for_display().select_related("buyer").filter(event=event)
    narrow = bookings.only(
        *(
            "order",
            "reference",
            "created_at",
            "positions",
            "seat_names",
            "row_numbers",
            "seat_numbers",
            "seat_prices",
            "seat_kinds",
            "seat_notes",
            "quantity",
            "unit_price",
            "total_price",
            "status",
            "expires_at",
            "paid_at",
        ),
        *("event__currency", "event__time_zone", "event__plan_version", "buyer__email", "buyer__name"),
        *("subsection__section", "subsection__number", "subsection__kind", "subsection__cols"),
    )
    return narrow.order_by("created_at", "id").iterator(chunk_size=FETCH_SIZE)


def _cells(booking: Booking) -> Iterator[str]:
    """Return the booking's values in the order of `FIELDS`."""
    subsection, event = booking.subsection, booking.event
    values = (
        *(booking.pk, _time(booking.created_at), booking.buyer.email, booking.buyer.name),
        *(subsection.section, subsection.number, _names(booking)),
        *(booking.quantity, booking.total_price, event.currency, booking.shown_status, _time(booking.paid_at)),
        *(_places(booking), in_major_units(booking.total_price, event.currency)),
        *(booking.reference, " ".join(map(str, prices_of(booking)))),
        *(event.time_zone, _local(booking.created_at, event), _local(booking.paid_at, event)),
        *(" ".join(each.kind.value for each in kinds_and_notes(booking, subsection)), remarks_text(booking)),
        booking.order_id,
    )
    return map(str, values)


def _places(booking: Booking) -> str:
    return "; ".join(line.place for line in lines(booking)).replace("–", "-")


def _names(booking: Booking) -> str:
    """Return the names, separated by spaces; a space inside of a label is a no-break space."""
    return " ".join(name.replace(" ", "\N{NO-BREAK SPACE}") for name in names_of(booking))


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _local(moment: datetime | None, event: Event) -> str:
    return moment.astimezone(event.zone).isoformat() if moment else ""
