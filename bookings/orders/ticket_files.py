"""API views of the files of a paid order: its tickets as a PDF and for Apple Wallet, and its calendar entry."""

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.authentication import authenticated_user
from bookings.orders.selectors import bought_order
from bookings.tickets.api import REFUSED, TicketFile, required_apple_wallet, without_caching
from bookings.tickets.calendar import calendar_of
from bookings.tickets.file_names import calendar_name, passes_name, tickets_name
from bookings.tickets.models import Admission
from bookings.tickets.selectors import tickets_of, valid_tickets
from bookings.tickets.wallets.apple import PASSES_TYPE, apple_passes


class OrderFile(TicketFile):
    """Base class of the views of an order's files."""

    def tickets(self, request: Request, order_id: uuid.UUID) -> list[Admission]:
        """Return the tickets of the buyer's own order that are not void, in the order of its bookings and seats.

        Raises InvalidState if there is none.
        """
        return valid_tickets(tickets_of(bought_order(order_id, authenticated_user(request))))


class OrderTicketsPdf(OrderFile):
    """The tickets of an order as a PDF."""

    @extend_schema(
        operation_id="order_tickets_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY} | REFUSED
    )
    def get(self, request: Request, order_id: uuid.UUID) -> HttpResponse:
        """One A6 page for each ticket that is not void. 409 if there is none."""
        from bookings.tickets.pdf import tickets_pdf

        tickets = self.tickets(request, order_id)
        response = HttpResponse(tickets_pdf(tickets), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{tickets_name(tickets[0].booking)}"'
        return without_caching(response)


class OrderPasses(OrderFile):
    """The tickets of an order for Apple Wallet."""

    @extend_schema(operation_id="order_pkpasses", responses={(200, PASSES_TYPE): OpenApiTypes.BINARY} | REFUSED)
    def get(self, request: Request, order_id: uuid.UUID) -> HttpResponse:
        """All tickets that are not void as one bundle of passes. 404 `no_wallet` if the shop makes none, 409 if there
        is no such ticket.
        """
        tickets = self.tickets(request, order_id)
        response = HttpResponse(apple_passes(tickets, required_apple_wallet()), content_type=PASSES_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{passes_name(tickets[0].booking)}"'
        return without_caching(response)


class OrderCalendar(OrderFile):
    """The calendar file of an order."""

    @extend_schema(operation_id="order_calendar", responses={(200, "text/calendar"): OpenApiTypes.STR} | REFUSED)
    def get(self, request: Request, order_id: uuid.UUID) -> HttpResponse:
        """The event with all seats of the order as iCalendar (RFC 5545). 404 without a date, 409 before it is paid."""
        bookings = bought_order(order_id, authenticated_user(request))
        url = settings.SITE_URL + reverse("booking-done", args=[order_id])
        response = HttpResponse(calendar_of(bookings, url=url), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{calendar_name(bookings[0])}"'
        return without_caching(response)
