"""Calendar files of bookings: the event with the buyer's seats, to download and for emails (RFC 5546)."""

from collections.abc import Sequence
from enum import StrEnum

from bookings.holds.models import Booking
from bookings.holds.places import block_name, places_text
from bookings.states import SOLD
from events.calendar.entry import (
    NoDate,
    add_organiser,
    calendar_file,
    cancel_entry,
    new_entry,
    one_line,
    place_of,
    plain_text,
)


class Method(StrEnum):
    """What the reader of an emailed calendar file shall do with its entry."""

    PUBLISH = "PUBLISH"  # add it, or update the one with the same UID
    CANCEL = "CANCEL"  # take it out


def calendar_of(bookings: Sequence[Booking], *, url: str, method: Method | None = None) -> bytes:
    """Return a calendar file with one entry for bookings of one order, loaded with event, seller and subsection.

    `url` is the page with the tickets; an email names its `method`. The UID is that of the first booking. Of two files
    with the same UID the one with the higher SEQUENCE is valid: it rises with each change of the event, and with the
    booking's refund. A refunded booking's entry is cancelled.
    Raises NoDate if there is no start, except for a CANCEL: the entry of an event that has lost its date can be taken
    out.
    """
    booking = bookings[0]
    event = booking.event
    if event.starts_at is None and method != Method.CANCEL:
        raise NoDate
    seats = [f"{one_line(block_name(one.subsection, event).text)}, {one_line(places_text(one))}" for one in bookings]
    entry = new_entry(event, uid=f"booking-{booking.pk}", url=url)
    entry.add("location", place_of(event))
    lines = [*seats, f"Booking {booking.order_reference}", f"Your tickets: {url}"]
    entry.add("description", "\n".join([*lines, "", plain_text(event.description)]).rstrip())
    if method is not None:
        add_organiser(entry, event)
    if method == Method.CANCEL or booking.status not in SOLD:
        cancel_entry(entry)
    return calendar_file(entry, method or "")
