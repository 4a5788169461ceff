"""Calls the database function `bookings_hold` (bookings/sql/hold.sql): one transaction in one round trip."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.prepared_statements import execute_prepared

HOLD = """
    SELECT * FROM bookings_hold(
        %s::text, %s::uuid, %s::uuid, %s::bigint, %s::text, %s::text,
        %s::bigint, %s::text, %s::integer, %s::text, %s::integer, %s::integer, %s::integer[], %s::integer[],
        %s::timestamptz, %s::jsonb, %s::text[]
    )
"""


class HoldMode(StrEnum):
    """What `bookings_hold` does with a hold request."""

    HOLD = "hold"  # hold the seats at once
    ACCEPT = "accept"  # store the request as a processing booking
    ALLOCATE = "allocate"  # find the seats of a processing booking


class HoldParameters(NamedTuple):
    """The parameters of `bookings_hold`, in its order.

    `names` has the names of the seats, `grid_rows` and `grid_seats` their numbers (both from 1) if they are numbers.
    All are None for the best available. `pass_issued_at` identifies the buyer's queue pass. `max_totals` is JSON, see
    events.pricing.ChargeRules.
    """

    mode: str
    booking_id: uuid.UUID
    token_family_id: uuid.UUID | None
    buyer_id: int
    idempotency_key: str | None
    request_hash: str
    event_id: int
    section: str
    subsection: int
    selection_mode: str
    quantity: int
    accessible: int
    grid_rows: list[int] | None
    grid_seats: list[int] | None
    pass_issued_at: datetime | None
    max_totals: str | None
    names: list[str] | None


class HoldResult(NamedTuple):
    """The row that `bookings_hold` returns.

    All fields have values if `outcome` is "held"; `number` means nothing then. For other outcomes, the list in hold.sql
    says which fields have values and what `number` is. `seats` are positions (from 0). `price` is the lowest price of a
    seat and `total` that of all, in minor units of `currency`. `seat_names`, `row_numbers` and `seat_numbers` have
    values only for a drawn block, `seat_prices` only if its seats have several prices, `seat_kinds` only if one of them
    is not an ordinary seat, and `seat_notes` only if one has a note.
    """

    outcome: str
    seats: list[int] | None
    number: int | None
    subsection_id: int
    cols: int
    price: int
    held_at: datetime
    ends_at: datetime
    event_name: str
    venue_name: str
    currency: str
    version: int
    available: int
    reserved: int
    sold: int
    blocked: int
    booking_reference: str
    kind: str
    total: int
    seat_names: list[str] | None
    row_numbers: list[int] | None
    seat_numbers: list[int] | None
    seat_prices: list[int] | None
    seat_kinds: list[str] | None
    seat_notes: list[str] | None


def call_hold(parameters: HoldParameters) -> HoldResult:
    """Execute `bookings_hold` and return its row.

    With an idempotency key, the statement is repeated if the connection is lost before the row arrives; without one,
    OutcomeUnknown is raised. Raises OperationalError, caused by SerializationFailure, if a seat was changed without the
    subsection's lock.
    """
    return HoldResult(*execute_prepared(HOLD, parameters, repeatable=parameters.idempotency_key is not None))
