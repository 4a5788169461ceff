"""The calls of the contract's section "Analytics", for an event's seller and operators."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.schema import problems
from bookings.analytics import sales_report
from bookings.analytics_curve import sales_curve
from bookings.analytics_serializers import SalesCurve, SalesReport
from bookings.api import who
from bookings.export import FIELDS, bookings_csv
from events.operations.change import own_event

REFUSED = problems(401, 403, 404)
LIST = OpenApiResponse(
    OpenApiTypes.STR,
    f"RFC 4180 in UTF-8 with the header `{','.join(FIELDS)}`. Money in minor units, times RFC 3339 in UTC, seats"
    ' "row-seat" parted by spaces; `places` and `total` say seats and money as people write them.'
    " A cell that a spreadsheet would take for a formula begins with an apostrophe.",
)
CSV = "text/csv; charset=utf-8; header=present"
PRIVATE = {"Cache-Control": "private, no-store"}  # turnover and people's addresses


class EventAnalytics(APIView):
    """How an event sells."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="event_analytics", responses={200: SalesReport} | REFUSED)
    def get(self, request: Request, event_id: int) -> Response:
        """Seats, money, pace and bookings of the moment. For the event's seller."""
        return Response(sales_report(own_event(event_id, who(request))), headers=PRIVATE)


class EventCurve(APIView):
    """How an event's sale went from its beginning."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="event_sales_curve", responses={200: SalesCurve} | REFUSED)
    def get(self, request: Request, event_id: int) -> Response:
        """Seats sold by minutes since sales began. For the event's seller."""
        return Response(sales_curve(own_event(event_id, who(request))), headers=PRIVATE)


class EventBookings(APIView):
    """An event's bookings as a file."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="event_bookings_csv", responses={(200, "text/csv"): LIST} | REFUSED)
    def get(self, request: Request, event_id: int) -> StreamingHttpResponse:
        """A line for each booking, the oldest first, sent as it is read. For the event's seller."""
        event = own_event(event_id, who(request))
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="bookings-{event.pk}.csv"'}
        return StreamingHttpResponse(bookings_csv(event), content_type=CSV, headers=headers)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Programs ask for text/csv, which is no renderer here: never 406."""
        return super().perform_content_negotiation(request, force=True)
