"""The operator's page: current figures and the feature switches."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from core import feature_switches
from core.models import FeatureSwitch
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import Visitors
from events.models import Event


@pytest.fixture
def queued(new_event: Callable[..., Event]) -> Event:
    return new_event(name="One night only", waiting_room_on=True, admit_per_minute=60)


def test_the_operator_turns_switches_and_changes_the_admission_rate(
    visitors: Visitors, olga: User, queued: Event
) -> None:
    page = visitors(olga, "/operator")
    room = page.get_by_role("article").filter(has_text="One night only")
    expect(room).to_contain_text("Letting in")

    room.get_by_role("button", name="Pause").click()
    expect(room).to_contain_text("Paused")
    queued.refresh_from_db()
    assert queued.admission_paused

    room.get_by_label("People per minute").fill("300")
    room.get_by_role("button", name="Set rate").click()
    expect(room).to_contain_text("of 300")

    page.get_by_role("button", name="Switch peak mode on").click()
    expect(page.get_by_role("button", name="Switch peak mode off")).to_be_visible()
    assert FeatureSwitch.objects.get(name=feature_switches.SURGE).changed_by == olga
    page.get_by_role("button", name="Switch peak mode off").click()
    expect(page.get_by_role("button", name="Switch peak mode on")).to_be_visible()


def test_read_only_mode_is_shown_on_the_map_until_it_ends(
    visitors: Visitors, olga: User, alice: User, concert: Event
) -> None:
    visitors.allow_error("status of 503")
    operator, buyer = visitors(olga, "/operator"), visitors(alice, f"/events/{concert.pk}")
    notice = buyer.locator("#read-only")
    expect(notice).to_be_hidden()

    operator.get_by_role("button", name="Switch read-only on").click()
    expect(notice).to_be_visible()
    expect(buyer.locator("[data-live-state]")).to_have_attribute("data-live-state", "live")

    operator.get_by_role("button", name="Switch read-only off").click()
    expect(notice).to_be_hidden()


def test_the_page_is_accessible_and_fits_a_phone(visitors: Visitors, olga: User, queued: Event) -> None:
    page = visitors(olga, "/operator")
    expect(page.get_by_role("article")).to_contain_text("One night only")
    check_page(page)


def test_buyers_cannot_open_the_operators_page(visitors: Visitors, alice: User) -> None:
    visitors.allow_error("status of 403")
    page = visitors(alice, "/operator")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Operator")
