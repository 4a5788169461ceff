"""POST /api/booking/{id}/pay: the handler that pays for a hold."""

import uuid

from accounts.authentication import identity_of
from bookings.authentication import checked_by_sql, confirmed_if_refused
from bookings.idempotency import read_key
from bookings.payments.pay import pay_booking
from bookings.payments.serializers import Card, payment_body
from bookings.states import PaymentStatus
from core.http.messages import ApiRequest, ApiResponse, json_response

CARD = Card()


def post_payment(request: ApiRequest, booking_id: uuid.UUID) -> ApiResponse:
    """Charge the card and sell the seats. If the card is declined (402), the seats stay held until the deadline.

    A booking whose `total_price` is 0 needs no card and no body: its tickets are issued at once. A card that is sent
    nevertheless is ignored: it is neither stored nor sent to a payment provider.
    202 with `pending_payment` if the gateway's response comes later or never; the outcome is sent to the live feed. The
    same request under the same `Idempotency-Key` gets the same payment at any time: 202 until its outcome is known,
    then the outcome. Any other payment of the booking meanwhile is 409 `payment_in_progress`.
    """
    identity = identity_of(request)
    with confirmed_if_refused(identity):
        data = request.body(CARD)
        idempotency_key = read_key(request.header("IDEMPOTENCY_KEY"), data | {"booking": booking_id})
    with checked_by_sql(identity):
        payment = pay_booking(
            booking_id=booking_id,
            buyer_id=identity.user_id,
            card_number=data.get("card_number", ""),
            token=data.get("method", ""),
            idempotency_key=idempotency_key,
            token_family_id=identity.token_family_id,
        )
    return json_response(payment_body(payment), 202 if payment.status == PaymentStatus.PENDING else 200)
