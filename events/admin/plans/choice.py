"""The seating plans that the form of a new event offers."""

from typing import Any

from django.urls import reverse

from accounts.models import User
from events.models import Event
from events.plan_models import PlanVersion, geometry_address
from events.venues.plans import newest_versions


def plan_choices(user: User, copied: Event | None) -> list[dict[str, Any]]:
    """Return the newest versions of the user's plans, and the one of a copied event, for the page's script."""
    versions = list(newest_versions(user))
    if copied and copied.plan_version_id and copied.plan_version_id not in {version.pk for version in versions}:
        versions.append(PlanVersion.objects.select_related("plan__venue").get(pk=copied.plan_version_id))
    return sorted(map(_choice, versions), key=lambda choice: (choice["venue_name"], choice["name"], choice["number"]))


def _choice(version: PlanVersion) -> dict[str, Any]:
    return {
        "version": version.pk,
        "number": version.number,
        "name": version.plan.name,
        "venue": version.plan.venue_id,
        "venue_name": version.plan.venue.name,
        "geometry": geometry_address(version.digest),
        "picture": reverse("admin:events_seatingplan_picture", args=[version.plan_id, version.number]),
    }
