"""API views for an event's sales report, sales curve and bookings as CSV; for its seller and operators."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.reports.export import FIELDS, bookings_csv
from bookings.reports.sales_curve import sales_curve
from bookings.reports.sales_report import sales_report
from bookings.reports.serializers import SalesCurve, SalesReport
from core.http.views import ApiView
from core.openapi import problems
from events.ownership import own_event

REFUSED = problems(401, 403, 404)
CSV_DESCRIPTION = OpenApiResponse(
    OpenApiTypes.STR,
    f"RFC 4180 in UTF-8 with a byte order mark, which Excel needs, and the header `{','.join(FIELDS)}`. Money is in"
    ' minor units, times are RFC 3339 in UTC, seats are "row-seat", separated by spaces (a space inside of a label is a'
    " no-break space), and `seat_prices` belong to them. `places` and `total` show seats and money as people write"
    " them. `created_at_local` and `paid_at_local` are the times by the clock at the venue, whose zone is `time_zone`."
    " A cell that a spreadsheet would take for a formula begins with an apostrophe.",
)
CSV_CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
PRIVATE = {"Cache-Control": "private, no-store"}  # the responses contain revenue and email addresses


class EventAnalytics(ApiView):
    """The sales report of an event."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="event_analytics", responses={200: SalesReport} | REFUSED)
    def get(self, request: Request, event_id: int) -> Response:
        """Seats, money, sales per minute and bookings as of now. For the event's seller and operators."""
        return Response(sales_report(own_event(event_id, authenticated_user(request))), headers=PRIVATE)


class EventCurve(ApiView):
    """The sales curve of an event."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="event_sales_curve", responses={200: SalesCurve} | REFUSED)
    def get(self, request: Request, event_id: int) -> Response:
        """Seats sold, by minutes since sales began. For the event's seller and operators."""
        return Response(sales_curve(own_event(event_id, authenticated_user(request))), headers=PRIVATE)


class EventBookings(ApiView):
    """The bookings of an event as a CSV file."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="event_bookings_csv", responses={(200, "text/csv"): CSV_DESCRIPTION} | REFUSED)
    def get(self, request: Request, event_id: int) -> StreamingHttpResponse:
        """One line per booking, oldest first, streamed as it is read. For the event's seller and operators."""
        event = own_event(event_id, authenticated_user(request))
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="bookings-{event.pk}.csv"'}
        return StreamingHttpResponse(bookings_csv(event), content_type=CSV_CONTENT_TYPE, headers=headers)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Accept any `Accept` header: no renderer offers text/csv, and clients that ask for it must not get 406."""
        return super().perform_content_negotiation(request, force=True)
