"""API views of orders: list, create, show, cancel and extend, and add or remove items."""

import uuid

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.bots.guard import refuse_bots
from bookings.bots.hold_attempt import HoldAttempt
from bookings.holds.api import PASS, SOLUTION
from bookings.idempotency import KEY, read_key
from bookings.orders.cancel import cancel_order, remove_item
from bookings.orders.extend import extend_order
from bookings.orders.handlers import hold_requests, pay_for_order, post_order
from bookings.orders.hold import add_items
from bookings.orders.models import Order
from bookings.orders.selectors import orders_of, own_order, visible_order
from bookings.orders.serializers import NewItems, NewOrder, OrderBody, OrderPaymentBody, order_body
from bookings.payments.refund import refund_order
from bookings.payments.serializers import Card
from bookings.permissions import BuyersBook
from bookings.queue_tokens import read_pass
from core.http.views import ApiView, HandlerView, handled_by
from core.openapi import problems


class OrderList(HandlerView):
    """List orders, or create one."""

    permission_classes = [BuyersBook]
    bodies = {"POST": NewOrder}

    @extend_schema(operation_id="order_list", responses={200: OrderBody(many=True)} | problems(400, 401), filters=False)
    def get(self, request: Request) -> Response:
        """List a buyer's own orders, or the orders of a seller's events; newest first."""
        orders = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([order_body(list(order.bookings.all())) for order in orders])

    post = extend_schema(
        operation_id="order_create",
        responses={201: OrderBody} | problems(400, 401, 403, 404, 409, 422, 429, 503),
        parameters=[KEY, SOLUTION, PASS],
    )(handled_by(post_order))

    def get_queryset(self) -> QuerySet[Order]:
        """Return the orders that the user may list."""
        return orders_of(authenticated_user(self.request))


class OrderView(ApiView):
    """Base class of the views of one order: they answer with the order as it is then."""

    permission_classes = [IsAuthenticated]

    def answer(self, request: Request, order_id: uuid.UUID, code: int = status.HTTP_200_OK) -> Response:
        """Return the order, for its buyer and the event's seller."""
        return Response(order_body(visible_order(order_id, authenticated_user(request))), code)


class OrderItemView(OrderView):
    """Show or cancel one order."""

    @extend_schema(operation_id="order_detail", responses={200: OrderBody} | problems(401, 404))
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """Return the order with its bookings, for its buyer and the event's seller.

        A booking that was made by itself is an order with the booking's id.
        """
        return self.answer(request, order_id)

    @extend_schema(operation_id="order_cancel", responses={200: OrderBody} | problems(401, 403, 404, 409))
    def delete(self, request: Request, order_id: uuid.UUID) -> Response:
        """Cancel an order that is held; its seats are free at once."""
        cancel_order(order_id=order_id, buyer=authenticated_user(request))
        return self.answer(request, order_id)


class OrderExtension(OrderView):
    """Extend the holds of an order."""

    @extend_schema(operation_id="order_extend", responses={200: OrderBody} | problems(401, 403, 404, 409, 410))
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Add the event's `hold_seconds` to the deadline, once, while the order waits for payment."""
        extend_order(order_id=order_id, buyer=authenticated_user(request))
        return self.answer(request, order_id)


class OrderPayment(HandlerView):
    """Pay an order."""

    permission_classes = [IsAuthenticated]
    bodies = {"POST": Card}

    post = extend_schema(
        operation_id="order_pay",
        responses={200: OrderPaymentBody, 202: OrderPaymentBody}
        | problems(400, 401, 402, 403, 404, 409, 410, 422, 503),
        parameters=[KEY],
    )(handled_by(pay_for_order))


class OrderRefund(OrderView):
    """Refund an order."""

    @extend_schema(
        operation_id="order_refund", responses={202: OrderBody} | problems(401, 404, 409, 422), parameters=[KEY]
    )
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Free all seats of a paid order, void the tickets, and return the money.

        The buyer can do this up to `refund_until_hours` before the start, the event's seller at any time. A repeated
        Idempotency-Key gets the earlier refund's response. To return only some seats, refund their booking.
        """
        idempotency_key = read_key(request.headers.get("Idempotency-Key"), {"order": order_id})
        refund_order(order_id=order_id, user=authenticated_user(request), idempotency_key=idempotency_key)
        return self.answer(request, order_id, status.HTTP_202_ACCEPTED)


class OrderItems(OrderView):
    """Add seats to an order."""

    bodies = {"POST": NewItems}

    @extend_schema(
        operation_id="order_add_items",
        responses={201: OrderBody} | problems(400, 401, 403, 404, 409, 503),
        parameters=[SOLUTION, PASS],
    )
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Hold more seats for an order that is held, all of them or none. Its deadline stays.

        Nothing can be added to a booking that was made by itself (409).
        """
        user = authenticated_user(request)
        event_id = own_order(order_id, user)[0].event_id
        refuse_bots(HoldAttempt(user.pk, event_id, request.META))
        add_items(
            order_id=order_id,
            buyer_id=user.pk,
            items=hold_requests(event_id, self.body["items"]),
            pass_issued_at=read_pass(request.headers.get("X-Queue-Pass"), user_id=user.pk, event_id=event_id),
        )
        return self.answer(request, order_id, status.HTTP_201_CREATED)


class OneOrderItem(OrderView):
    """Remove seats from an order."""

    @extend_schema(operation_id="order_remove_item", responses={200: OrderBody} | problems(401, 403, 404, 409))
    def delete(self, request: Request, order_id: uuid.UUID, booking_id: uuid.UUID) -> Response:
        """Take a held booking out of the order; its seats are free at once, and the others stay held."""
        remove_item(order_id=order_id, booking_id=booking_id, buyer=authenticated_user(request))
        return self.answer(request, order_id)
