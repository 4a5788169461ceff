"""Seating plans that are saved, published, used and removed at the same moment, with the locks and without."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from bookings.testing.crowd import crowd, together
from events.errors import PlanChanged
from events.lifecycle.create import create_event, write_event
from events.models import Event
from events.plan_models import PlanVersion, SeatingPlan
from events.seating.plan_choice import PlanChoice
from events.venue_models import Venue
from events.venues import plan_use, plans
from events.venues.plans import add_plan, own_plan, publish_plan, remove_plan, save_draft
from events.venues.tests.documents import document
from events.venues.write import remove_venue

pytestmark = pytest.mark.django_db(transaction=True)

NewPlan = Callable[..., SeatingPlan]
PAUSE = 0.2  # seconds between check and write, so that operations overlap


def outcomes(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the operations wait between their checks and their writes."""

    def slowly(check: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            result = check(*args)
            time.sleep(PAUSE)
            return result

        return run

    for name in ("_check_size", "_newest_version"):
        monkeypatch.setattr(plans, name, slowly(getattr(plans, name)))


@pytest.fixture
def no_lock_on_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "_locked", lambda plan_id, seller, **options: own_plan(plan_id, seller))


def save_in_windows(plan: SeatingPlan, seller: User) -> Counter[str]:
    return outcomes(
        crowd(4, lambda n: save_draft(plan_id=plan.pk, seller=seller, draft={"window": n}, revision=0)),
    )


@pytest.mark.usefixtures("pause")
def test_of_four_windows_that_save_at_once_one_does(carol: User, new_plan: NewPlan) -> None:
    assert save_in_windows(new_plan(), carol) == {"SeatingPlan": 1, "PlanChanged": 3}


@pytest.mark.usefixtures("pause", "no_lock_on_plans")
def test_without_the_lock_windows_overwrite_each_other(carol: User, new_plan: NewPlan) -> None:
    assert save_in_windows(new_plan(), carol)["SeatingPlan"] > 1


def publish_at_once(plan: SeatingPlan, seller: User) -> Counter[str]:
    return outcomes(crowd(4, lambda n: publish_plan(plan_id=plan.pk, seller=seller)))


@pytest.mark.usefixtures("pause")
def test_a_draft_that_is_published_four_times_at_once_is_one_version(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    assert publish_at_once(plan, carol) == {"PlanVersion": 4}
    assert plan.versions.count() == 1


@pytest.mark.usefixtures("pause", "no_lock_on_plans")
def test_without_the_lock_the_database_refuses_a_second_version_of_a_number(carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    assert publish_at_once(plan, carol)["IntegrityError"] > 0
    assert plan.versions.count() == 1


def save_and_publish(plan: SeatingPlan, seller: User, draft: dict[str, Any]) -> bool:
    """Save and publish a draft; return False if another window was faster."""
    try:
        revision = own_plan(plan.pk, seller).revision
        save_draft(plan_id=plan.pk, seller=seller, draft=draft, revision=revision)
        publish_plan(plan_id=plan.pk, seller=seller)
    except PlanChanged:
        return False
    return True


def test_versions_that_are_saved_and_published_at_once_have_numbers_without_gaps(
    carol: User, new_plan: NewPlan
) -> None:
    plan = new_plan()

    def draw(number: int) -> None:
        tries = (save_and_publish(plan, carol, document(rows=1 + number * 50 + step)) for step in range(50))
        next(filter(None, tries))

    crowd(4, draw)
    numbers = list(plan.versions.values_list("number", flat=True))
    assert len(numbers) >= 4
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("attempt", range(5))
def test_publishing_comes_before_the_removal_or_finds_nothing(carol: User, new_plan: NewPlan, attempt: int) -> None:
    plan = new_plan()
    publish = lambda: publish_plan(plan_id=plan.pk, seller=carol)  # noqa: E731
    removed, *published = together(lambda: remove_plan(plan_id=plan.pk, seller=carol), publish, publish)
    assert removed is None
    assert outcomes(published).keys() <= {"PlanVersion", "NotFound"}
    assert not SeatingPlan.objects.exists() and not PlanVersion.objects.exists()


@pytest.mark.parametrize("attempt", range(5))
def test_a_venue_is_removed_before_or_after_its_plans_change(
    carol: User, hall: Venue, new_plan: NewPlan, attempt: int
) -> None:
    plan = new_plan()
    removed, *others = together(
        lambda: remove_venue(venue_id=hall.pk, seller=carol),
        lambda: publish_plan(plan_id=plan.pk, seller=carol),
        lambda: add_plan(venue_id=hall.pk, seller=carol, name="Late"),
        lambda: save_draft(plan_id=plan.pk, seller=carol, draft={}, revision=0, name="Opera"),
    )
    assert removed is None
    assert outcomes(others).keys() <= {
        "PlanVersion",
        "SeatingPlan",
        "NotFound",
        "PlanChanged",
        "BadInput",
    }  # publishing the empty draft
    assert not Venue.objects.exists() and not SeatingPlan.objects.exists() and not PlanVersion.objects.exists()


def remove_while_an_event_is_created(plan: SeatingPlan, seller: User) -> list[str]:
    """Remove a plan while a transaction that creates an event with it is open; return what came of both."""
    version = publish_plan(plan_id=plan.pk, seller=seller)
    choice = PlanChoice(version.pk, {"Category 1": 5000}, 200_000)

    written, removed = threading.Event(), threading.Event()

    def put_on() -> None:
        with transaction.atomic():
            write_event(seller=seller, seating=choice, name="An opera", description="")
            written.set()
            removed.wait(timeout=1)  # in vain if the removal waits for this transaction

    def remove() -> None:
        written.wait(timeout=30)
        remove_plan(plan_id=plan.pk, seller=seller)
        removed.set()

    return [type(result).__name__ for result in together(put_on, remove)]


def test_a_removal_waits_for_an_event_that_is_being_created(carol: User, new_plan: NewPlan) -> None:
    assert remove_while_an_event_is_created(new_plan(), carol) == ["NoneType", "PlanInUse"]
    assert Event.objects.get().plan_version == PlanVersion.objects.get()


def test_without_the_lock_only_the_foreign_key_keeps_the_version(
    carol: User, new_plan: NewPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = new_plan()
    monkeypatch.setattr(plan_use, "_locked", lambda rows, no_key: rows.values_list("pk", flat=True))
    assert remove_while_an_event_is_created(plan, carol) == ["NoneType", "IntegrityError"]


def create_or_remove(plan: SeatingPlan, seller: User) -> list[Any]:
    version = publish_plan(plan_id=plan.pk, seller=seller)
    choice = PlanChoice(version.pk, {"Category 1": 5000}, 200_000)
    return together(
        lambda: create_event(seller=seller, seating=choice, name="An opera", description=""),
        lambda: remove_plan(plan_id=plan.pk, seller=seller),
    )


@pytest.mark.parametrize("attempt", range(5))
def test_an_event_keeps_its_plan_or_is_refused(carol: User, new_plan: NewPlan, attempt: int) -> None:
    created, removed = (type(result).__name__ for result in create_or_remove(new_plan(), carol))
    assert (created, removed) in {("Event", "PlanInUse"), ("BadInput", "NoneType")}
    assert Event.objects.count() == PlanVersion.objects.count()


def add_at_once(venue: Venue, seller: User) -> Counter[str]:
    return outcomes(crowd(4, lambda n: add_plan(venue_id=venue.pk, seller=seller, name=f"Plan {n}")))


@pytest.mark.usefixtures("pause")
def test_the_limit_of_plans_holds_for_plans_that_are_added_at_once(
    carol: User, hall: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MAX_PLANS", 2)
    assert add_at_once(hall, carol) == {"SeatingPlan": 2, "BadInput": 2}


@pytest.mark.usefixtures("pause")
def test_without_the_lock_on_the_venue_the_limit_is_exceeded(
    carol: User, hall: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MAX_PLANS", 2)
    monkeypatch.setattr(plans, "lock_venue", lambda venue_id: None)
    assert add_at_once(hall, carol) == {"SeatingPlan": 4}
