"""The waiting room's page: from the event page into the queue, and on to the seats."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.conftest import forget_queues
from bookings.holds.models import Booking
from bookings.waiting_room.admit import admit_from_queue
from bookings.waiting_room.join import join_queue
from bookings.waiting_room.models import QueuePass
from core.clock import database_now
from e2e.tests.seatmap import SeatMap
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import Visitors
from events.models import Event


@pytest.fixture
def rush(new_event: Callable[..., Event]) -> Event:
    """An event with its waiting room on."""
    forget_queues()
    return new_event(name="One night only", waiting_room_on=True, admit_per_minute=120)


@pytest.fixture
def crowd(rush: Event, new_user: Callable[..., User]) -> list[User]:
    """Five buyers who joined before; the room has opened."""
    buyers = [new_user(f"person{number}") for number in range(5)]
    for buyer in buyers:
        join_queue(event_id=rush.pk, user=buyer)
    admit_from_queue(at=0)
    return buyers


def open_queue(visitors: Visitors, user: User, event: Event, **options: Any) -> Page:
    page = visitors(user, f"/queue/{event.pk}", **options)
    expect(page.get_by_role("heading", level=1)).to_have_text(event.name)
    return page


def test_a_buyer_joins_the_queue_waits_and_holds_the_selected_seats(
    visitors: Visitors, rush: Event, crowd: list[User], alice: User
) -> None:
    seats = SeatMap(visitors(alice), rush)
    page = seats.page
    expect(page.locator("[data-queue-notice]")).to_contain_text("join the queue")
    seats.pick("A", 1, (2, 1), (2, 2))
    seats.hold()
    expect(page).to_have_url(re.compile(f"/queue/{rush.pk}$"))
    expect(page.locator("#queue-number")).to_have_text("5")
    expect(page.get_by_role("heading", level=2).first).to_have_text("You’re in line")
    expect(page.locator("#queue-eta")).to_have_text("Your turn: in less than a minute.")

    admit_from_queue(at=1)
    expect(page.locator("#queue-number")).to_have_text("3")
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 0.4)
    admit_from_queue(at=2)
    admit_from_queue(at=3)
    expect(page.get_by_role("heading", level=2).first).to_have_text("It’s your turn!")
    expect(page).to_have_url(re.compile(f"/events/{rush.pk}$"))
    expect(page.locator("[data-queue-notice]")).to_contain_text("It’s your turn")
    expect(seats.summary).to_contain_text("2 seats · $100.00")
    seats.hold()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    assert Booking.objects.get(buyer=alice).positions == [10, 11]


def test_reloading_and_a_second_tab_keep_the_position(
    visitors: Visitors, rush: Event, crowd: list[User], alice: User, bob: User
) -> None:
    page = open_queue(visitors, alice, rush)
    expect(page.locator("#queue-number")).to_have_text("5")
    join_queue(event_id=rush.pk, user=bob)
    page.reload()
    expect(page.locator("#queue-number")).to_have_text("5")
    second = page.context.new_page()
    second.goto(f"/queue/{rush.pk}")
    expect(second.locator("#queue-number")).to_have_text("5")


def test_a_lost_queue_is_rebuilt_without_action_of_the_buyers(
    visitors: Visitors, rush: Event, crowd: list[User], alice: User, bob: User
) -> None:
    first, second = open_queue(visitors, alice, rush), open_queue(visitors, bob, rush)
    expect(second.locator("#queue-number")).to_have_text("6")
    forget_queues()
    expect(first.locator("#queue-number")).to_have_text("0")
    expect(second.locator("#queue-number")).to_have_text("1")
    expect(first.get_by_role("heading", level=2).first).to_have_text("You’re next")


def test_a_rising_position_is_explained(visitors: Visitors, rush: Event, alice: User, crowd: list[User]) -> None:
    token = join_queue(event_id=rush.pk, user=(buyer := crowd[0])).token
    page = open_queue(visitors, alice, rush)
    expect(page.locator("#queue-number")).to_have_text("5")
    forget_queues()
    expect(page.locator("#queue-number")).to_have_text("0")
    join_queue(event_id=rush.pk, user=buyer, token=token)
    expect(page.locator("#queue-number")).to_have_text("1")
    expect(page.locator("#queue-note")).to_contain_text("are back in their places")


def test_without_the_live_feed_the_page_polls(visitors: Visitors, rush: Event, crowd: list[User], alice: User) -> None:
    visitors.allow_error("WebSocket|EventSource|ERR_|status of 50")
    page = visitors(alice)
    page.route_web_socket("**/ws/**", lambda socket: socket.close(code=1011))
    page.route("**/sse", lambda route: route.abort())
    page.clock.install()
    page.goto(f"/queue/{rush.pk}")
    expect(page.locator("#queue-number")).to_have_text("5")
    admit_from_queue(at=1)
    page.clock.fast_forward(60_000)
    expect(page.locator("#queue-number")).to_have_text("3")


def test_a_paused_queue_says_so(visitors: Visitors, rush: Event, crowd: list[User], alice: User) -> None:
    page = open_queue(visitors, alice, rush)
    expect(page.locator("#queue-number")).to_have_text("5")
    Event.objects.filter(pk=rush.pk).update(admission_paused=True)
    expect(page.get_by_role("heading", level=2).first).to_have_text("The queue is paused")
    expect(page.locator("#queue-eta")).to_contain_text("You keep your place")
    Event.objects.filter(pk=rush.pk).update(admission_paused=False)
    expect(page.get_by_role("heading", level=2).first).to_have_text("You’re in line")


def test_before_the_sale_the_page_explains_the_random_order(
    visitors: Visitors, rush: Event, alice: User, bob: User
) -> None:
    Event.objects.filter(pk=rush.pk).update(sales_start_at=database_now() + timedelta(hours=2))
    page = open_queue(visitors, alice, rush)
    expect(page.get_by_role("heading", level=2).first).to_have_text("You’re early")
    expect(page.locator("#queue-eta")).to_contain_text("random order")
    page.get_by_text("Proof that nobody can choose the order").click()
    expect(page.get_by_text(rush.seed_hash)).to_be_visible()
    Event.objects.filter(pk=rush.pk).update(sales_start_at=database_now())
    admit_from_queue(at=0)
    expect(page.get_by_role("heading", level=2).first).to_have_text("You’re next")


def test_leaving_needs_a_confirmation(visitors: Visitors, rush: Event, crowd: list[User], alice: User) -> None:
    page = open_queue(visitors, alice, rush)
    leave = page.get_by_role("button", name="Leave the queue")
    leave.click()
    page.keyboard.press("Escape")
    expect(page.locator("#queue-number")).to_have_text("5")
    leave.click()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page).to_have_url(re.compile(f"/events/{rush.pk}$"))
    expect(page.locator("#toasts")).to_contain_text("You have left the queue.")


def test_turning_the_waiting_room_off_sends_everybody_to_the_event(
    visitors: Visitors, rush: Event, crowd: list[User], alice: User
) -> None:
    page = open_queue(visitors, alice, rush)
    expect(page.locator("#queue-number")).to_have_text("5")
    Event.objects.filter(pk=rush.pk).update(waiting_room_on=False)
    expect(page).to_have_url(re.compile(f"/events/{rush.pk}$"))
    expect(page.locator("#toasts")).to_contain_text("no queue any more")


def test_an_expired_pass_leads_back_to_the_queue(visitors: Visitors, rush: Event, alice: User) -> None:
    join_queue(event_id=rush.pk, user=alice)
    admit_from_queue(at=0)
    admit_from_queue(at=1)
    page = open_queue(visitors, alice, rush)
    expect(page).to_have_url(re.compile(f"/events/{rush.pk}$"))
    QueuePass.objects.update(ends_at=database_now())
    seats = SeatMap(page, rush, opened=True)
    seats.pick("A", 1, (1, 1))
    seats.hold()
    expect(page).to_have_url(re.compile(f"/queue/{rush.pk}$"))
    expect(page.get_by_role("heading", level=2).first).to_have_text("You’re next")


@pytest.mark.parametrize("state", ["waiting", "early"])
def test_the_page_is_accessible_and_fits_a_phone(
    visitors: Visitors, rush: Event, crowd: list[User], alice: User, state: str
) -> None:
    if state == "early":
        Event.objects.filter(pk=rush.pk).update(sales_start_at=database_now() + timedelta(hours=2), drawn_at=None)
    page = open_queue(visitors, alice, rush)
    expect(page.locator("#queue")).to_have_attribute("data-state", state)
    check_page(page)
