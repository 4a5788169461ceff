"""Seating plans of a venue: drafts, versions, and what keeps them from being removed."""

import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.operations.deletion import delete_account
from conftest import PASSWORD
from core.errors import BadInput, NotFound
from events.errors import PlanChanged, PlanInUse, VenueInUse
from events.models import Creation, Event
from events.plan_models import PlanVersion, SeatingPlan
from events.venue_models import Venue
from events.venues import plans
from events.venues.plans import (
    MAX_DOCUMENT_BYTES,
    add_plan,
    listed_plans,
    publish_plan,
    remove_plan,
    rename_plan,
    save_draft,
)
from events.venues.tests.documents import document
from events.venues.write import add_venue, remove_venue

NewPlan = Callable[..., SeatingPlan]


def refused(operation: Callable[..., Any], **arguments: Any) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as refusal:
        operation(**arguments)
    return [(problem["field"], problem["code"]) for problem in refusal.value.extra["errors"]]


def use(version: PlanVersion, event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(plan_version=version, geometry_digest=version.digest)


def test_a_plan_starts_empty_or_with_a_draft(carol: User, hall: Venue) -> None:
    empty = add_plan(venue_id=hall.pk, seller=carol, name="Empty")
    drawn = add_plan(venue_id=hall.pk, seller=carol, name="Drawn", draft=document())
    assert (empty.draft, empty.revision) == ({}, 0)
    assert SeatingPlan.objects.get(pk=drawn.pk).draft == document()


@pytest.mark.parametrize(
    ("name", "code"), [("", "blank"), ("a" * 201, "max_length"), ("a\nb", "not_one_line"), ("\u200b", "invisible")]
)
def test_bad_names_are_refused(carol: User, hall: Venue, new_plan: NewPlan, name: str, code: str) -> None:
    plan = new_plan()
    assert refused(add_plan, venue_id=hall.pk, seller=carol, name=name) == [("name", code)]
    assert refused(rename_plan, plan_id=plan.pk, seller=carol, name=name) == [("name", code)]
    assert [plan.name for plan in SeatingPlan.objects.all()] == ["Concert"]


def test_plans_of_a_venue_have_different_names(carol: User, hall: Venue, new_plan: NewPlan) -> None:
    first, second = new_plan("Concert"), new_plan("Banquet")
    unique = [("name", "unique")]
    assert refused(add_plan, venue_id=hall.pk, seller=carol, name="Concert") == unique
    assert refused(rename_plan, plan_id=second.pk, seller=carol, name="Concert") == unique
    saving = {"plan_id": second.pk, "seller": carol, "draft": {"a": 1}, "revision": 0}
    assert refused(save_draft, **saving, name="Concert") == unique
    second.refresh_from_db()
    assert (second.name, second.draft, second.revision) == ("Banquet", document(), 0)
    assert rename_plan(plan_id=first.pk, seller=carol, name="Concert").name == "Concert"  # its own
    other = add_venue(seller=carol, name="Cellar", time_zone="UTC")
    assert add_plan(venue_id=other.pk, seller=carol, name="Concert").name == "Concert"


def test_a_venue_has_a_limited_number_of_plans(
    carol: User, hall: Venue, new_plan: NewPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MAX_PLANS", 2)
    new_plan("One"), new_plan("Two")
    with pytest.raises(BadInput, match="at most 2 seating plans"):
        new_plan("Three")
    assert hall.plans.count() == 2


def test_saving_raises_the_revision(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    save_draft(plan_id=plan.pk, seller=carol, draft={"unfinished": [1.5, None]}, revision=0)
    saved = save_draft(plan_id=plan.pk, seller=carol, draft={}, revision=1, name="Opera")
    plan.refresh_from_db()
    assert (plan.draft, plan.revision, plan.name) == ({}, 2, "Opera")
    assert saved.revision == 2


def test_of_two_windows_the_second_is_told_and_changes_nothing(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    save_draft(plan_id=plan.pk, seller=carol, draft={"from": "first"}, revision=0)
    with pytest.raises(PlanChanged) as refusal:
        save_draft(plan_id=plan.pk, seller=carol, draft={"from": "second"}, revision=0, name="Second")
    assert refusal.value.extra == {"revision": 1}
    with pytest.raises(PlanChanged):
        rename_plan(plan_id=plan.pk, seller=carol, name="Second", revision=0)
    plan.refresh_from_db()
    assert (plan.draft, plan.revision, plan.name) == ({"from": "first"}, 1, "Concert")


def test_saving_again_after_a_lost_response_is_no_conflict(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    for _ in range(2):
        assert save_draft(plan_id=plan.pk, seller=carol, draft={"a": 1}, revision=0).revision == 1


def test_a_document_that_is_too_large_is_refused(carol: User, hall: Venue, new_plan: NewPlan) -> None:
    plan = new_plan()
    exactly = {"a": "x" * (MAX_DOCUMENT_BYTES - len('{"a":""}'))}
    larger = {"a": exactly["a"] + "x"}
    too_large = [("draft", "max_size")]
    assert refused(add_plan, venue_id=hall.pk, seller=carol, name="Large", draft=larger) == too_large
    assert refused(save_draft, plan_id=plan.pk, seller=carol, draft=larger, revision=0) == too_large
    assert save_draft(plan_id=plan.pk, seller=carol, draft=exactly, revision=0).revision == 1


# --- Publishing -----------------------------------------------------------------------------------------------------


def test_a_version_has_document_places_and_geometry(carol: User, new_plan: NewPlan) -> None:
    version = publish_plan(plan_id=new_plan().pk, seller=carol)
    version.refresh_from_db()
    content = gzip.decompress(version.geometry)
    assert (version.number, version.places, version.document) == (1, 6, document())
    assert version.digest == hashlib.sha256(content).hexdigest()
    assert json.loads(content)["format"] == 1


def test_versions_are_numbered_and_an_unchanged_document_makes_none(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()

    def publish() -> int:
        return publish_plan(plan_id=plan.pk, seller=carol).number

    def save(draft: dict[str, Any]) -> None:
        save_draft(plan_id=plan.pk, seller=carol, draft=draft, revision=SeatingPlan.objects.get().revision)

    assert (publish(), publish()) == (1, 1)
    save(document(rows=3))
    assert (publish(), publish()) == (2, 2)
    save(document())
    assert publish() == 3  # like the first, but not like the newest
    assert list(plan.versions.values_list("number", "places")) == [(1, 6), (2, 9), (3, 6)]
    assert plan.versions.values("digest").distinct().count() == 2


def test_a_plan_has_a_limited_number_of_versions(
    carol: User, new_plan: NewPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MAX_VERSIONS", 2)
    plan = new_plan()
    for revision, rows in enumerate((3, 4)):
        publish_plan(plan_id=plan.pk, seller=carol)
        save_draft(plan_id=plan.pk, seller=carol, draft=document(rows=rows), revision=revision)
    with pytest.raises(BadInput, match="at most 2 versions"):
        publish_plan(plan_id=plan.pk, seller=carol)
    assert plan.versions.count() == 2


def test_a_draft_with_mistakes_is_not_published(carol: User, new_plan: NewPlan, settings: Any) -> None:
    assert refused(publish_plan, plan_id=new_plan("Empty", {}).pk, seller=carol)[0][0] == "document.format"
    settings.MAX_SEATS_PER_EVENT = 5
    assert refused(publish_plan, plan_id=new_plan().pk, seller=carol)
    assert not PlanVersion.objects.exists()


def test_only_the_draft_that_was_seen_is_published(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    save_draft(plan_id=plan.pk, seller=carol, draft=document(rows=4), revision=0)
    with pytest.raises(PlanChanged):
        publish_plan(plan_id=plan.pk, seller=carol, revision=0)
    assert not PlanVersion.objects.exists()
    assert publish_plan(plan_id=plan.pk, seller=carol, revision=1).places == 12


def test_the_database_keeps_a_version_as_it_is(carol: User, new_plan: NewPlan) -> None:
    version = publish_plan(plan_id=new_plan().pk, seller=carol)
    changes: list[dict[str, Any]] = [{"document": {}}, {"geometry": b""}, {"number": 2}, {"places": 9}]
    for change in changes:
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            PlanVersion.objects.filter(pk=version.pk).update(**change)


# --- Removing -------------------------------------------------------------------------------------------------------


def test_a_plan_that_no_event_uses_is_removed_with_its_versions(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    publish_plan(plan_id=plan.pk, seller=carol)
    remove_plan(plan_id=plan.pk, seller=carol)
    assert not SeatingPlan.objects.exists() and not PlanVersion.objects.exists()


def test_a_plan_that_an_event_uses_stays(carol: User, new_plan: NewPlan, concert: Event) -> None:
    plan = new_plan()
    use(publish_plan(plan_id=plan.pk, seller=carol), concert)
    save_draft(plan_id=plan.pk, seller=carol, draft=document(rows=4), revision=0)
    publish_plan(plan_id=plan.pk, seller=carol)
    with pytest.raises(PlanInUse):
        remove_plan(plan_id=plan.pk, seller=carol)
    assert plan.versions.count() == 2


def test_a_plan_of_an_event_that_is_being_created_stays(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    version = publish_plan(plan_id=plan.pk, seller=carol)
    config = {"plan_version": version.pk, "prices": {"Category 1": 100}}
    creation = Creation.objects.create(seller=carol, fields={}, seating_config=config, total=6)
    with pytest.raises(PlanInUse):
        remove_plan(plan_id=plan.pk, seller=carol)
    creation.status = "failed"
    creation.save()
    remove_plan(plan_id=plan.pk, seller=carol)
    assert not SeatingPlan.objects.exists()


def test_a_venue_is_removed_with_its_plans_unless_an_event_uses_one(
    carol: User, hall: Venue, new_plan: NewPlan, concert: Event
) -> None:
    new_plan("Unused")
    version = publish_plan(plan_id=new_plan().pk, seller=carol)
    use(version, concert)  # which takes place elsewhere by now
    with pytest.raises(VenueInUse, match="seating plans"):
        remove_venue(venue_id=hall.pk, seller=carol)
    assert SeatingPlan.objects.count() == 2
    Event.objects.update(plan_version=None, geometry_digest="")
    remove_venue(venue_id=hall.pk, seller=carol)
    assert not SeatingPlan.objects.exists() and not Venue.objects.exists()


def test_an_account_with_plans_can_be_deleted(carol: User, new_plan: NewPlan, concert: Event) -> None:
    version = publish_plan(plan_id=new_plan().pk, seller=carol)
    use(version, concert)
    Event.objects.update(status="cancelled")
    delete_account(user=carol, current_password=PASSWORD)
    carol.refresh_from_db()
    assert not carol.is_active
    assert PlanVersion.objects.get() == version  # the seats of what was sold refer to it


# --- Whose plans they are -------------------------------------------------------------------------------------------


def test_plans_of_another_seller_do_not_exist(dave: User, hall: Venue, new_plan: NewPlan) -> None:
    plan = new_plan()
    for operation, arguments in (
        (add_plan, {"venue_id": hall.pk, "name": "Mine"}),
        (save_draft, {"plan_id": plan.pk, "draft": {}, "revision": 0}),
        (save_draft, {"plan_id": plan.pk, "draft": {}, "revision": 0, "name": "Mine"}),
        (rename_plan, {"plan_id": plan.pk, "name": "Mine"}),
        (publish_plan, {"plan_id": plan.pk}),
        (remove_plan, {"plan_id": plan.pk}),
    ):
        with pytest.raises(NotFound):
            operation(seller=dave, **arguments)
    assert list(SeatingPlan.objects.values_list("name", "revision")) == [("Concert", 0)]


def test_an_operator_changes_plans_of_everybody(olga: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    assert rename_plan(plan_id=plan.pk, seller=olga, name="Opera").name == "Opera"
    assert publish_plan(plan_id=plan.pk, seller=olga).number == 1
    remove_plan(plan_id=plan.pk, seller=olga)


def test_a_list_of_plans_is_one_query_without_documents(
    carol: User, new_plan: NewPlan, concert: Event, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    new_plan("A draft")
    plan = new_plan()
    use(publish_plan(plan_id=plan.pk, seller=carol), concert)
    save_draft(plan_id=plan.pk, seller=carol, draft=document(rows=4), revision=0)
    publish_plan(plan_id=plan.pk, seller=carol)
    with django_assert_num_queries(1) as queries:
        listed = [
            (plan.name, plan.newest, plan.places, plan.used_by)  # type: ignore[attr-defined]
            for plan in listed_plans(plans.plans_of(carol))
        ]
    assert listed == [("A draft", None, None, 0), ("Concert", 2, 12, 1)]
    assert "draft" not in queries[0]["sql"] and "document" not in queries[0]["sql"]
