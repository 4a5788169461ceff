"""Webhook deliveries in the admin: their content and result, and sending them again."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from bookings.models import Delivery, Endpoint
from bookings.operations.endpoints import repeat_delivery
from bookings.operations.outgoing import OPEN
from events.deed_pages import DeedPages
from events.deeds import Deed, by_name

NONE = "—"


def _to_the_second(at: datetime) -> str:
    return date_format(at, "Y-m-d H:i:s")


class OfEndpoint(admin.SimpleListFilter):
    """Filter deliveries by one of the user's own endpoints."""

    title = "endpoint"
    parameter_name = "endpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """List the user's own endpoints; operators use the link on an endpoint's page instead."""
        return [(str(row.pk), row.url) for row in Endpoint.objects.filter(seller=request.user.pk)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Keep the deliveries of the chosen endpoint."""
        try:
            return queryset.filter(endpoint=uuid.UUID(self.value())) if self.value() else queryset
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def has_output(self) -> bool:
        """Return True even without choices, so that the filter in the URL applies."""
        return True


@admin.register(Delivery)
class Deliveries(DeedPages):
    """Find and read deliveries, and send them again."""

    seller_lookup = "endpoint__seller"
    list_display = ("happened", "kind", "event", "address", "status", "attempts", "http_status", "next_attempt")
    list_filter = ("status", "kind", OfEndpoint)
    search_fields = ("=subject",)
    search_help_text = "Booking id"
    fields = (
        *("message_id", "kind", "event", "subject", "endpoint", "happened", "status", "attempts", "http_status"),
        *("failure", "next_attempt", "delivered", "message"),
    )
    readonly_fields = fields
    deeds = by_name(
        Deed(
            name="repeat",
            label="Send again",
            act=lambda delivery, user: repeat_delivery(delivery_id=delivery.pk, by=user),
            done="Is sent again within seconds, with the same id and content.",
        )
    )
    listed = tuple(deeds)

    class Media:
        css = {"all": ("bookings/outgoing.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load event and endpoint; the join leaves out deliveries whose endpoint was removed."""
        return super().get_queryset(request).select_related("endpoint", "event")

    def has_view_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        """Allow sellers and operators; for a single delivery the endpoint's seller and operators."""
        own = obj is None or request.user.is_superuser or obj.endpoint.seller_id == request.user.pk
        return self.has_module_permission(request) and own

    @admin.display(description="Happened at (UTC)", ordering="happened_at")
    def happened(self, delivery: Delivery) -> str:
        """When the reported event happened, to the second."""
        return _to_the_second(delivery.happened_at)

    @admin.display(description="Endpoint")
    def address(self, delivery: Delivery) -> str:
        """The first 40 characters of the endpoint's URL; the detail page shows all of it."""
        return Truncator(delivery.endpoint.url).chars(40)

    @admin.display(description="Next attempt (UTC)", ordering="due_at")
    def next_attempt(self, delivery: Delivery) -> str:
        """When the next attempt is due, if there is one."""
        return _to_the_second(delivery.due_at) if delivery.status in OPEN else NONE

    @admin.display(description="Delivered at (UTC)")
    def delivered(self, delivery: Delivery) -> str:
        """When the receiver accepted the message, if it did."""
        return _to_the_second(delivery.delivered_at) if delivery.delivered_at else NONE

    @admin.display(description="webhook-id")
    def message_id(self, delivery: Delivery) -> str:
        """The `webhook-id` by which the receiver knows the message."""
        return delivery.message_id

    @admin.display(description="Message")
    def message(self, delivery: Delivery) -> SafeString | str:
        """The exact body of the message, which the first attempt builds."""
        return format_html('<code class="webhook-text">{}</code>', delivery.payload) if delivery.payload else NONE
