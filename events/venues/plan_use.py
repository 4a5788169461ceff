"""Whether events use seating plans, which then can't be removed."""

from django.db.models import QuerySet

from events.models import Creation, Event
from events.plan_models import PlanVersion, SeatingPlan
from events.states import OPEN_CREATIONS


def lock_and_find_use(plans: QuerySet[SeatingPlan]) -> bool:
    """Lock the plans, so that nothing is published meanwhile; return whether an event uses a version of them.

    So does an event that is being created with one. The caller has locked the venue, as `create_event` does too.
    """
    plan_ids = list(plans.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    versions = list(PlanVersion.objects.filter(plan__in=plan_ids).values_list("pk", flat=True))
    creations = Creation.objects.filter(status__in=OPEN_CREATIONS, seating_config__plan_version__in=versions)
    return Event.objects.filter(plan_version__in=versions).exists() or creations.exists()
