"""Adding, changing, publishing and removing the seating plans of a venue."""

import gzip
import hashlib
import json
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery

from accounts.models import User
from core.errors import BadInput, NotFound
from core.transactions import retrying_transaction
from events.errors import PlanChanged, PlanInUse
from events.lifecycle.place import lock_venue
from events.plan_models import PlanVersion, SeatingPlan
from events.plans.document import read_plan
from events.plans.geometry import geometry_of
from events.venues.plan_use import lock_and_find_use
from events.venues.write import own_venue

MAX_PLANS = 100  # of one venue
MAX_VERSIONS = 200  # of one plan: its page and lists of plans have all of them
MAX_DOCUMENT_BYTES = 4 * 1024 * 1024  # as JSON; 50,000 seats that are given one by one have about 3 MB
NO_SUCH_PLAN = "You have no such seating plan."


class Publication(NamedTuple):
    """What a new version consists of: computed from a draft before the plan is locked, because it may take seconds."""

    document: dict[str, Any]
    geometry: bytes  # compressed JSON
    digest: str
    places: int


def plans_of(seller: User) -> QuerySet[SeatingPlan]:
    """Return the seating plans of a seller's venues, or all of them for an operator."""
    return SeatingPlan.objects.all() if seller.is_superuser else SeatingPlan.objects.filter(venue__seller=seller)


def own_plan(plan_id: int, seller: User) -> SeatingPlan:
    """Return the plan if it is the seller's, or anybody's for an operator. Raises NotFound."""
    plan = plans_of(seller).filter(pk=plan_id).first()
    if plan is None:
        raise NotFound(NO_SUCH_PLAN)
    return plan


def own_version(version_id: int, seller: User) -> PlanVersion:
    """Return the version if its plan is the seller's, or anybody's for an operator. Raises NotFound."""
    version = PlanVersion.objects.filter(pk=version_id, plan__in=plans_of(seller)).first()
    if version is None:
        raise NotFound("You have no such version of a seating plan.")
    return version


def listed_plans(plans: QuerySet[SeatingPlan]) -> QuerySet[SeatingPlan]:
    """Return the plans by name, without their documents and with what a list of them shows.

    `newest` and `places` are the number of the newest version and of its places, None if the plan isn't published;
    `used_by` is the number of events.
    """
    versions = PlanVersion.objects.filter(plan=OuterRef("pk")).order_by("-number")
    listed = plans.defer("draft").annotate(
        newest=Subquery(versions.values("number")[:1]),
        places=Subquery(versions.values("places")[:1]),
        used_by=Count("versions__events"),
    )
    return listed.order_by("name", "pk")  # a query with GROUP BY has no default order


def newest_versions(seller: User) -> QuerySet[PlanVersion]:
    """Return the newest version of each of the seller's plans, with plan and venue, without the documents."""
    versions = PlanVersion.objects.filter(plan__in=plans_of(seller)).order_by("plan_id", "-number").distinct("plan_id")
    return versions.select_related("plan__venue").defer("document", "geometry", "plan__draft")


@retrying_transaction
def add_plan(*, venue_id: int, seller: User, name: str, draft: dict[str, Any] | None = None) -> SeatingPlan:
    """Add a seating plan to a venue; `draft` is its document, which may be unfinished.

    1. Lock the venue.
    2. Check that it has no plan of this name, and not too many plans.
    3. Write the plan.

    `draft` must be what core.http.json_body.read_json can return. Raises NotFound for a venue of somebody else,
    BadInput for `name` and `draft`.
    """
    own_venue(venue_id, seller)
    lock_venue(venue_id)
    venue = own_venue(venue_id, seller)  # or it was removed meanwhile

    _check_name(name, SeatingPlan.objects.filter(venue=venue))
    if venue.plans.count() >= MAX_PLANS:
        raise BadInput([], f"A venue has at most {MAX_PLANS} seating plans. Remove one that you no longer need.")
    _check_size(draft or {})

    return SeatingPlan.objects.create(venue=venue, name=name, draft=draft or {})


@retrying_transaction
def save_draft(
    *, plan_id: int, seller: User, draft: dict[str, Any], revision: int, name: str | None = None
) -> SeatingPlan:
    """Save the document of a plan, and perhaps another `name`.

    1. Lock the venue if the name changes; lock the plan.
    2. Check that nobody has saved another document since `revision`. Saving what is saved already is no conflict, so a
       client may repeat a request whose response it has lost.
    3. Write the plan; its revision rises by one.

    `draft` is as for `add_plan`. Raises NotFound, PlanChanged, BadInput.
    """
    plan = _locked(plan_id, seller, with_venue=name is not None)

    if plan.draft != draft:
        _check_revision(plan, revision)
    _check_size(draft)
    if name is not None:
        _check_name(name, SeatingPlan.objects.filter(venue=plan.venue_id).exclude(pk=plan.pk))

    if plan.draft != draft:
        plan.draft, plan.revision = draft, plan.revision + 1
    plan.name = plan.name if name is None else name
    plan.save()
    return plan


@retrying_transaction
def rename_plan(*, plan_id: int, seller: User, name: str, revision: int | None = None) -> SeatingPlan:
    """Give a plan another name; its document keeps the name that is drawn in it.

    1. Lock the venue, then the plan.
    2. Check that the venue has no other plan of this name and, with a `revision`, that nobody has saved the plan since.
    3. Write the name.

    Raises NotFound, PlanChanged, BadInput.
    """
    plan = _locked(plan_id, seller, with_venue=True)

    if revision is not None:
        _check_revision(plan, revision)
    _check_name(name, SeatingPlan.objects.filter(venue=plan.venue_id).exclude(pk=plan.pk))

    plan.name = name
    plan.save(update_fields=["name", "updated_at"])
    return plan


def publish_plan(*, plan_id: int, seller: User, revision: int | None = None) -> PlanVersion:
    """Make the draft of a plan its next version, and return it; the newest version if that has the same document.

    With a `revision`, the draft must be that one. Raises NotFound, PlanChanged (also if the draft is saved meanwhile),
    and BadInput with everything that is wrong with the document, or if the plan has MAX_VERSIONS versions.
    """
    plan = own_plan(plan_id, seller)
    if revision is not None:
        _check_revision(plan, revision)
    newest = _newest_version(plan)
    if newest is not None and newest.document == plan.draft:
        return newest
    return _publish(plan_id=plan.pk, seller=seller, revision=plan.revision, publication=_publication(plan.draft))


@retrying_transaction
def _publish(*, plan_id: int, seller: User, revision: int, publication: Publication) -> PlanVersion:
    """Add a version.

    1. Lock the plan, so that versions are numbered one after the other.
    2. Check that the draft is still the one that was read, that the newest version differs, and that there are not too
       many versions.
    3. Write the version.
    """
    plan = _locked(plan_id, seller)
    _check_revision(plan, revision)
    newest = _newest_version(plan)
    if newest is not None and newest.document == publication.document:
        return newest
    number = newest.number + 1 if newest else 1
    if number > MAX_VERSIONS:
        raise BadInput([], f"A seating plan has at most {MAX_VERSIONS} versions. Add a new plan with this draft.")
    return PlanVersion.objects.create(plan=plan, number=number, **publication._asdict())


@retrying_transaction
def remove_plan(*, plan_id: int, seller: User) -> None:
    """Remove a plan and its versions, unless an event uses one of them or is being created with one.

    1. Lock the plan, then its versions.
    2. Check that no event uses them.
    3. Delete.

    Raises NotFound, PlanInUse.
    """
    plan = _locked(plan_id, seller)
    if lock_and_find_use(SeatingPlan.objects.filter(pk=plan.pk)):
        raise PlanInUse
    plan.delete()


def read_places(document: Any, field: str = "document") -> tuple[int, dict[str, Any]]:
    """Return the number of places of a document and its geometry, without storing anything. Raises BadInput."""
    plan = read_plan(document, max_places=settings.MAX_SEATS_PER_EVENT, field=field)
    return plan.size, geometry_of(plan)


def _publication(document: dict[str, Any]) -> Publication:
    places, geometry = read_places(document)
    content = orjson.dumps(geometry)
    return Publication(document, gzip.compress(content, mtime=0), hashlib.sha256(content).hexdigest(), places)


def _locked(plan_id: int, seller: User, *, with_venue: bool = False) -> SeatingPlan:
    """Return the seller's plan with a lock on its row, taken after that of its venue if that is needed too."""
    if with_venue:
        lock_venue(own_plan(plan_id, seller).venue_id)
    plan = plans_of(seller).select_for_update(of=("self",), no_key=True).filter(pk=plan_id).first()
    if plan is None:
        raise NotFound(NO_SUCH_PLAN)
    return plan


def _newest_version(plan: SeatingPlan) -> PlanVersion | None:
    return plan.versions.defer("geometry").order_by("number").last()


def _check_revision(plan: SeatingPlan, revision: int) -> None:
    if plan.revision != revision:
        raise PlanChanged(plan.revision)


def _check_name(name: str, others: QuerySet[SeatingPlan]) -> None:
    """Raise BadInput for a name that isn't one line of visible text, is too long, or is that of another plan."""
    field = SeatingPlan._meta.get_field("name")
    try:
        field.clean(name, None)
    except ValidationError as error:
        raise BadInput.field("name", error.messages[0], error.error_list[0].code or "invalid") from None
    if others.filter(name=name).exists():
        raise BadInput.field("name", "The venue already has a seating plan of this name.", "unique")


def _check_size(draft: dict[str, Any]) -> None:
    content = json.dumps(draft, ensure_ascii=False, separators=(",", ":"))  # orjson refuses large numbers
    if len(content.encode()) > MAX_DOCUMENT_BYTES:
        raise BadInput.field("draft", f"A document has at most {MAX_DOCUMENT_BYTES:,} bytes as JSON.", "max_size")
