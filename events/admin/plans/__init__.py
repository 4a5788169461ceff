"""Seating plans in the seller admin: sellers manage the plans of their own venues, operators all plans."""

from django.contrib import admin
from django.http import HttpRequest

from events.admin.plans.designer import DesignerPage
from events.admin.plans.page import PlanPage
from events.plan_models import SeatingPlan

__all__ = ["SeatingPlans"]


@admin.register(SeatingPlan)
class SeatingPlans(DesignerPage, PlanPage):
    """The admin of seating plans: add, publish, rename and remove them."""

    seller_lookup = "venue__seller"

    def has_view_permission(self, request: HttpRequest, obj: SeatingPlan | None = None) -> bool:
        """Allow operators to view everything, and sellers the list and the plans of their own venues."""
        own = obj is None or request.user.is_superuser or obj.venue.seller_id == request.user.pk
        return self.has_module_permission(request) and own

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow sellers and operators to add plans."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: SeatingPlan | None = None) -> bool:
        """Allow everyone who may view the plan."""
        return self.has_view_permission(request, obj)
