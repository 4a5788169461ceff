"""Whether events use seating plans, which then can't be removed."""

from typing import Any

from django.db.models import QuerySet

from events.models import Creation, Event
from events.plan_models import PlanVersion, SeatingPlan
from events.states import OPEN_CREATIONS


def lock_and_find_use(plans: QuerySet[SeatingPlan]) -> bool:
    """Return whether an event uses a version of these plans, or is being created with one.

    Locks the plans, so that nothing is published meanwhile, and then their versions. Whoever puts on an event locks its
    version first (`FOR KEY SHARE`), because the foreign key is checked only at the end of a transaction.
    """
    plan_ids = list(_locked(plans, no_key=True))
    versions = list(_locked(PlanVersion.objects.filter(plan__in=plan_ids), no_key=False))
    creations = Creation.objects.filter(status__in=OPEN_CREATIONS, seating_config__plan_version__in=versions)
    return Event.objects.filter(plan_version__in=versions).exists() or creations.exists()


def _locked(rows: QuerySet[Any], *, no_key: bool) -> QuerySet[Any, int]:
    return rows.order_by("pk").select_for_update(of=("self",), no_key=no_key).values_list("pk", flat=True)
