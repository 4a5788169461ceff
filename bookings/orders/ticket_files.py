"""API views of the files of a paid order: its tickets as a PDF and for Apple Wallet, and its calendar entry."""

import uuid

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.authentication import authenticated_user
from bookings.orders.selectors import bought_order
from bookings.tickets.api import REFUSED, TicketFile, calendar_response, passes_response, pdf_response
from bookings.tickets.selectors import tickets_of
from bookings.tickets.wallets.apple import PASSES_TYPE


class OrderTicketsPdf(TicketFile):
    """The tickets of an order as a PDF."""

    @extend_schema(
        operation_id="order_tickets_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY} | REFUSED
    )
    def get(self, request: Request, order_id: uuid.UUID) -> HttpResponse:
        """One A6 page for each ticket that is not void. 409 if there is none."""
        return pdf_response(tickets_of(bought_order(order_id, authenticated_user(request))))


class OrderPasses(TicketFile):
    """The tickets of an order for Apple Wallet."""

    @extend_schema(operation_id="order_pkpasses", responses={(200, PASSES_TYPE): OpenApiTypes.BINARY} | REFUSED)
    def get(self, request: Request, order_id: uuid.UUID) -> HttpResponse:
        """All tickets that are not void as one bundle of passes. 404 `no_wallet` if the shop makes none, 409 if there
        is no such ticket.
        """
        return passes_response(tickets_of(bought_order(order_id, authenticated_user(request))))


class OrderCalendar(TicketFile):
    """The calendar file of an order."""

    @extend_schema(operation_id="order_calendar", responses={(200, "text/calendar"): OpenApiTypes.STR} | REFUSED)
    def get(self, request: Request, order_id: uuid.UUID) -> HttpResponse:
        """The event with all seats of the order as iCalendar (RFC 5545). 404 without a date, 409 before it is paid."""
        return calendar_response(bought_order(order_id, authenticated_user(request)))
