"""Creates a booking as the `Prefer` header says: held at once (201), or accepted now and held by a worker (202)."""

import uuid
from datetime import datetime
from typing import NamedTuple

from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import accept_hold_request
from bookings.idempotency import IdempotencyKey
from bookings.states import BookingStatus

RESPOND_ASYNC = "respond-async"  # RFC 7240


class CreatedBooking(NamedTuple):
    """A created booking, with the status code and headers of the response."""

    booking: Booking
    status: int
    headers: dict[str, str]


def create_booking(
    *,
    prefer: str,
    buyer_id: int,
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> CreatedBooking:
    """Hold the seats (201), or accept the request (202) if the `Prefer` header contains `respond-async`.

    The status code is also 202 for a repeated request whose booking is still being processed. Raises the errors of
    `hold_seats` and `accept_hold_request`.
    """
    is_async = _prefers_async(prefer)
    create = accept_hold_request if is_async else hold_seats
    booking = create(
        buyer_id=buyer_id,
        hold_request=hold_request,
        idempotency_key=idempotency_key,
        token_family_id=token_family_id,
        pass_issued_at=pass_issued_at,
    )
    headers = {"Location": f"/api/booking/{booking.pk}"}
    if is_async:
        headers["Preference-Applied"] = RESPOND_ASYNC
    return CreatedBooking(booking, 202 if is_async or booking.status == BookingStatus.PROCESSING else 201, headers)


def _prefers_async(prefer: str) -> bool:
    """Return whether a `Prefer` header, a list separated by commas with optional parameters, has `respond-async`."""
    return any(preference.partition(";")[0].strip().lower() == RESPOND_ASYNC for preference in prefer.split(","))
