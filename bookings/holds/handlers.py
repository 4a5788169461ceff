"""POST /api/booking: the handler that holds seats."""

from functools import partial
from typing import Any

from bookings.authentication import buyer_of, checked_by_sql, confirmed_if_refused
from bookings.bots.guard import refuse_bots
from bookings.bots.hold_attempt import HoldAttempt
from bookings.holds.create_booking import create_booking
from bookings.holds.hold import has_booking
from bookings.holds.hold_request import HoldRequest
from bookings.holds.serializers import NewBooking, booking_detail
from bookings.idempotency import read_key
from bookings.queue_tokens import read_pass
from bookings.states import SelectionMode
from core.http.messages import ApiRequest, ApiResponse, json_response
from core.text.visible import composed

NEW_BOOKING = NewBooking()
MODES = {mode.value: mode for mode in SelectionMode}


def post_booking(request: ApiRequest) -> ApiResponse:
    """Hold seats until `expires_at`. 409 seats_taken names the seats that are not available.

    With `Prefer: respond-async`, the booking is `processing` at first, and the outcome is sent to the live feed.
    """
    buyer = buyer_of(request)
    with confirmed_if_refused(buyer):
        data = request.body(NEW_BOOKING)
        idempotency_key = read_key(request.header("IDEMPOTENCY_KEY"), data)
        is_repeated = partial(has_booking, buyer.user_id, idempotency_key)
        refuse_bots(HoldAttempt(buyer.user_id, data["event_id"], request.environ, is_repeated))
    with checked_by_sql(buyer):
        created = create_booking(
            prefer=request.header("PREFER") or "",
            buyer_id=buyer.user_id,
            hold_request=_hold_request(data),
            idempotency_key=idempotency_key,
            token_family_id=buyer.token_family_id,
            pass_issued_at=read_pass(request.header("X_QUEUE_PASS"), user_id=buyer.user_id, event_id=data["event_id"]),
        )
    return json_response(booking_detail(created.booking), created.status, created.headers)


def _hold_request(data: dict[str, Any]) -> HoldRequest:
    return HoldRequest(
        event_id=data["event_id"],
        section=composed(data["section"]),
        subsection=data["subsection"],
        mode=MODES[data["seat_selection_mode"]],
        quantity=data["quantity"],
        seats=[composed(name) for name in data["seat_positions"]],
        accessible=data.get("accessible", 0),
    )
