"""The seating plans that the form of a new event offers."""

from typing import Any

from django.urls import reverse

from accounts.models import User
from events.models import Event
from events.plan_models import PlanVersion, geometry_address
from events.plans.picture import colours_of
from events.venues.plans import newest_versions


def plan_choices(user: User, copied: Event | None) -> list[dict[str, Any]]:
    """Return the newest versions of the user's plans, and the one of a copied event, for the page's script."""
    versions = {version.pk: version for version in newest_versions(user)}
    if copied and copied.plan_version_id and copied.plan_version_id not in versions:
        version = PlanVersion.objects.select_related("plan__venue").get(pk=copied.plan_version_id)
        versions[version.pk] = version
    documents = PlanVersion.objects.filter(pk__in=versions)
    categories = dict(documents.order_by("pk").values_list("pk", "document__categories"))
    choices = [_choice(version, categories[key]) for key, version in versions.items()]
    return sorted(choices, key=lambda choice: (choice["venue_name"], choice["name"], choice["number"]))


def _choice(version: PlanVersion, categories: list[dict[str, str]]) -> dict[str, Any]:
    names = [category["name"] for category in categories]
    return {
        "version": version.pk,
        "number": version.number,
        "name": version.plan.name,
        "venue": version.plan.venue_id,
        "venue_name": version.plan.venue.name,
        "geometry": geometry_address(version.digest),
        "colours": dict(zip(names, colours_of(category.get("color", "") for category in categories), strict=True)),
        "picture": reverse("admin:events_seatingplan_picture", args=[version.plan_id, version.number]),
    }
