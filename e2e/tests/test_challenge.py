"""The page solves the proof of work by itself; buyers see at most that their browser is being checked."""

from typing import Any

import pytest
from playwright.sync_api import Response, expect
from redis import Redis

from accounts.models import User
from bookings.bots.attempt_store import WastedHold, record_wasted_holds
from bookings.holds.models import Booking
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.models import Event


@pytest.fixture(autouse=True)
def enable_challenge(settings: Any, state_redis: Redis) -> None:
    settings.BOT_CHALLENGE = True


def suspect(buyer: User, event: Event, wasted: int) -> None:
    """Record this many wasted holds of the buyer."""
    record_wasted_holds([WastedHold(buyer.pk, event.pk)] * wasted)


def test_the_page_solves_a_challenge_and_holds_the_seats(visitors: Visitors, alice: User, concert: Event) -> None:
    suspect(alice, concert, wasted=4)
    seats = SeatMap(visitors(alice), concert)
    responses: list[int] = []

    def record(response: Response) -> None:
        if response.url.endswith("/api/booking"):
            responses.append(response.status)

    seats.page.on("response", record)
    seats.pick("A", 1, (1, 1))
    seats.hold()
    expect(seats.page.get_by_role("heading", level=1)).to_have_text("Checkout")
    assert responses == [403, 201]
    assert Booking.objects.filter(buyer=alice).count() == 1


def test_the_page_says_why_the_buyer_has_to_wait(visitors: Visitors, alice: User, concert: Event) -> None:
    suspect(alice, concert, wasted=4)
    page = visitors(alice)
    page.add_init_script(
        "Worker = class extends EventTarget { postMessage() {} terminate() {} }"
    )  # a worker that never finishes
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (1, 1))
    seats.hold()
    expect(page.locator("#toasts")).to_contain_text("Checking your browser…")
    expect(page.locator("#live-polite")).to_contain_text("Checking your browser…")


def test_the_page_says_why_and_for_how_long_a_hold_is_refused(visitors: Visitors, alice: User, concert: Event) -> None:
    suspect(alice, concert, wasted=9)
    seats = SeatMap(visitors(alice), concert)
    seats.pick("A", 1, (1, 1))
    seats.hold()
    expect(seats.page.locator("main")).to_contain_text("several of your reservations ended unpaid or were cancelled")
    expect(seats.page.locator("main")).to_contain_text("try again in")
    assert not Booking.objects.exists()
