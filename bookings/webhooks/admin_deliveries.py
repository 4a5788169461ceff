"""Webhook deliveries in the admin: read each message and its outcome, and send it again."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from bookings.holds.models import Booking
from bookings.references import find_reference
from bookings.webhooks.delivery import OPEN
from bookings.webhooks.endpoints import repeat_delivery
from bookings.webhooks.models import Delivery, Endpoint
from core.text.times import time_text
from events.seller_admin.action_pages import ActionPages
from events.seller_admin.actions import AdminAction, by_name

NONE = "—"


def _to_the_second(delivery: Delivery, at: datetime) -> str:
    """Write a time by the clock at the event's venue; of a test message, which has no event, in UTC."""
    return time_text(at, "date-time-seconds", delivery.event.zone if delivery.event else UTC)


class EndpointFilter(admin.SimpleListFilter):
    """Filter by one of the user's own endpoints."""

    title = "endpoint"
    parameter_name = "endpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """List the user's own endpoints. Operators follow the link on an endpoint's page instead."""
        return [(str(row.pk), row.url) for row in Endpoint.objects.filter(seller=request.user.pk)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Select the deliveries of the endpoint."""
        try:
            return queryset.filter(endpoint=uuid.UUID(self.value())) if self.value() else queryset
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def has_output(self) -> bool:
        """Keep the filter even without choices, so that the parameter in the URL works."""
        return True


@admin.register(Delivery)
class Deliveries(ActionPages):
    """Find and read deliveries, and send them again."""

    seller_lookup = "endpoint__seller"
    list_display = ("happened", "kind", "event", "address", "status", "attempts", "http_status", "next_attempt")
    list_filter = ("status", "kind", EndpointFilter)
    search_fields = ("=subject",)
    search_help_text = "Reference or id of a booking"
    fields = (
        *("message_id", "kind", "event", "subject", "endpoint", "happened", "status", "attempts", "http_status"),
        *("failure", "next_attempt", "delivered", "message"),
    )
    readonly_fields = fields
    row_actions = by_name(
        AdminAction(
            name="repeat",
            label="Send again",
            act=lambda delivery, user: repeat_delivery(delivery_id=delivery.pk, by=user),
            done="Will be sent again within seconds, with the same id and content.",
        )
    )
    list_actions = tuple(row_actions)

    class Media:
        css = {"all": ("bookings/webhooks.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out deliveries whose endpoint was removed."""
        return super().get_queryset(request).select_related("endpoint", "event")

    def has_view_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        """Allow operators to view everything, and sellers to view the list and deliveries to their own endpoints."""
        own = obj is None or request.user.is_superuser or obj.endpoint.seller_id == request.user.pk
        return self.has_module_permission(request) and own

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the messages about a booking by its reference, however it is typed, or by its id."""
        reference = find_reference(search_term)
        if reference is None:
            return super().get_search_results(request, queryset, search_term)
        bookings = Booking.objects.with_reference(reference).values_list("pk", flat=True)
        return queryset.filter(subject__in=[str(pk) for pk in bookings]), False

    @admin.display(description="Happened at", ordering="happened_at")
    def happened(self, delivery: Delivery) -> str:
        """When the reported event happened, to the second."""
        return _to_the_second(delivery, delivery.happened_at)

    @admin.display(description="Endpoint")
    def address(self, delivery: Delivery) -> str:
        """The first characters of the URL; the detail page shows all of it."""
        return Truncator(delivery.endpoint.url).chars(40)

    @admin.display(description="Next attempt", ordering="due_at")
    def next_attempt(self, delivery: Delivery) -> str:
        """The time of the next attempt, if there is one."""
        return _to_the_second(delivery, delivery.due_at) if delivery.status in OPEN else NONE

    @admin.display(description="Delivered at")
    def delivered(self, delivery: Delivery) -> str:
        """The time of the delivery, if it succeeded."""
        return _to_the_second(delivery, delivery.delivered_at) if delivery.delivered_at else NONE

    @admin.display(description="webhook-id")
    def message_id(self, delivery: Delivery) -> str:
        """The id of the message in the `webhook-id` header."""
        return delivery.message_id

    @admin.display(description="Message")
    def message(self, delivery: Delivery) -> SafeString | str:
        """The exact body of the request, which the first attempt creates."""
        return format_html('<code class="webhook-text">{}</code>', delivery.payload) if delivery.payload else NONE
