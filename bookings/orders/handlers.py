"""POST /api/order and POST /api/order/{id}/pay: the handlers that hold seats in several blocks, and pay for them."""

import uuid
from functools import partial
from typing import Any

from accounts.authentication import identity_of
from bookings.authentication import buyer_of, checked_by_sql, confirmed_if_refused
from bookings.bots.guard import refuse_bots
from bookings.bots.hold_attempt import HoldAttempt
from bookings.holds.handlers import MODES
from bookings.holds.hold_request import HoldRequest
from bookings.idempotency import read_key
from bookings.orders.hold import has_order, hold_order
from bookings.orders.serializers import NewOrder, order_body, order_payment_body
from bookings.payments.handlers import CARD
from bookings.payments.pay import pay_order
from bookings.queue_tokens import read_pass
from bookings.states import PaymentStatus
from core.http.messages import ApiRequest, ApiResponse, json_response

NEW_ORDER = NewOrder()


def post_order(request: ApiRequest) -> ApiResponse:
    """Hold seats in several blocks of an event until one `expires_at`: all of them or none.

    The errors are those of POST /api/booking. If one item is the reason, `errors` names its fields, as
    `items.1.quantity`, and other problems have its number in `item`, from 0.
    """
    buyer = buyer_of(request)
    with confirmed_if_refused(buyer):
        data = request.body(NEW_ORDER)
        idempotency_key = read_key(request.header("IDEMPOTENCY_KEY"), data)
        is_repeated = partial(has_order, buyer.user_id, idempotency_key)
        refuse_bots(HoldAttempt(buyer.user_id, data["event_id"], request.environ, is_repeated))
    with checked_by_sql(buyer):
        bookings = hold_order(
            buyer_id=buyer.user_id,
            items=hold_requests(data["event_id"], data["items"]),
            idempotency_key=idempotency_key,
            token_family_id=buyer.token_family_id,
            pass_issued_at=read_pass(request.header("X_QUEUE_PASS"), user_id=buyer.user_id, event_id=data["event_id"]),
        )
    return json_response(order_body(bookings), 201, {"Location": f"/api/order/{bookings[0].order_id}"})


def pay_for_order(request: ApiRequest, order_id: uuid.UUID) -> ApiResponse:
    """Charge the card once for all seats of the order, and sell them: all of them, or none.

    An order whose `total_price` is 0 needs no card and no body. If the card is declined (402), the seats stay held
    until the deadline. 202 with `pending_payment` if the gateway's response comes later or never; the same request
    under the same `Idempotency-Key` gets the same payment at any time. See POST /api/booking/{id}/pay.
    """
    identity = identity_of(request)
    with confirmed_if_refused(identity):
        data = request.body(CARD)
        idempotency_key = read_key(request.header("IDEMPOTENCY_KEY"), data | {"order": order_id})
    with checked_by_sql(identity):
        payment = pay_order(
            order_id=order_id,
            buyer_id=identity.user_id,
            card_number=data.get("card_number", ""),
            token=data.get("method", ""),
            idempotency_key=idempotency_key,
            token_family_id=identity.token_family_id,
        )
    return json_response(order_payment_body(payment), 202 if payment.status == PaymentStatus.PENDING else 200)


def hold_requests(event_id: int, items: list[dict[str, Any]]) -> list[HoldRequest]:
    """Return the hold requests of validated items."""
    return [
        HoldRequest(
            event_id=event_id,
            section=item["section"],
            subsection=item["subsection"],
            mode=MODES[item["seat_selection_mode"]],
            quantity=item["quantity"],
            seats=item["seat_positions"],
            accessible=item.get("accessible", 0),
            fallback=item["fallback"],
        )
        for item in items
    ]
