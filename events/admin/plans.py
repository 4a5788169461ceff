"""Seating plans in the seller admin: sellers manage the plans of their own venues, operators all plans."""

from django.contrib import admin
from django.http import HttpRequest

from events.admin.designer_page import DesignerPage
from events.plan_models import SeatingPlan
from events.seller_admin.rows import WrittenRows


@admin.register(SeatingPlan)
class SeatingPlans(DesignerPage, WrittenRows):
    """The seating plans of a seller's venues."""

    seller_lookup = "venue__seller"
    list_display = ("name", "venue")
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: SeatingPlan | None = None) -> bool:
        """Allow operators to view everything, and sellers the list and the plans of their own venues."""
        own = obj is None or request.user.is_superuser or obj.venue.seller_id == request.user.pk
        return self.has_module_permission(request) and own

    def has_change_permission(self, request: HttpRequest, obj: SeatingPlan | None = None) -> bool:
        """Allow everyone who may view the plan."""
        return self.has_view_permission(request, obj)
