"""What the page of a seating plan shows: its draft or the mistakes in it, its versions, and the events on them."""

from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from core.errors import BadInput
from events.models import Event
from events.plan_models import PlanVersion, SeatingPlan
from events.plans.document import read_plan
from events.plans.picture import svg_of
from events.plans.plan import Plan

MAX_EVENTS = 20  # of one version that the page names


class Draft(NamedTuple):
    """The draft of a plan as it was understood: a `plan`, or `problems` as sentences. An empty draft has neither."""

    plan: Plan | None
    problems: list[str]

    @property
    def picture(self) -> SafeString | None:
        """The draft as an SVG element."""
        return svg_of(self.plan) if self.plan else None


class VersionEvents(NamedTuple):
    """A version with the address of its picture and some of the events on it."""

    version: PlanVersion
    picture: str
    events: list[Event]
    more: int  # events that are not listed


def read_draft(plan: SeatingPlan) -> Draft:
    """Read the draft of a plan."""
    if not plan.draft:
        return Draft(None, [])
    try:
        return Draft(read_plan(plan.draft, max_places=settings.MAX_SEATS_PER_EVENT), [])
    except BadInput as refusal:
        return Draft(None, [_sentence(**problem) for problem in refusal.extra["errors"]])


def _sentence(field: str, detail: str, code: str) -> str:
    path = field.removeprefix("document").removeprefix(".")
    return f"{path}: {detail}" if path else detail


def picture_of(version: PlanVersion) -> SafeString:
    """Return a version as an SVG element. Lines and texts are grey, so that it suits a light and a dark page."""
    plan = read_plan(version.document, max_places=version.places, published=True)
    return SafeString(svg_of(plan).replace("<svg ", '<svg color="#808080" ', 1))


def versions_of(plan: SeatingPlan) -> list[VersionEvents]:
    """Return the versions of a plan, the newest one first."""
    versions = plan.versions.defer("document", "geometry").order_by("-number")
    return [_with_events(version, version.events.order_by("-starts_at", "-pk")) for version in versions]


def _with_events(version: PlanVersion, events: QuerySet[Event]) -> VersionEvents:
    picture = reverse("admin:events_seatingplan_picture", args=[version.plan_id, version.number])
    shown = list(events.only("name", "starts_at", "time_zone", "status")[:MAX_EVENTS])
    more = events.count() - len(shown) if len(shown) == MAX_EVENTS else 0
    return VersionEvents(version, picture, shown, more)


def is_published(plan: SeatingPlan) -> bool:
    """Return whether the newest version has the document of the draft."""
    newest: Any = plan.versions.order_by("number").values_list("document", flat=True).last()
    return bool(newest == plan.draft)
