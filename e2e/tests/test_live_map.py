"""The map stays correct when connections fail."""

import random
from collections.abc import Callable

from django.contrib.sessions.models import Session
from playwright.sync_api import Route, WebSocket, expect

from accounts.models import User
from bookings.holds.models import Booking
from conftest import GOOD_CARD
from e2e.tests.product import Product
from e2e.tests.seatmap import LIVE, SeatMap
from e2e.tests.visitors import Visitors
from events.inventory.blocking import block_seats
from events.models import Event, Ticket
from events.seating.positions import seat_name

SUBSECTIONS = [("A", 1), ("A", 2), ("B", 1), ("B", 2)]


def states_in_the_database(event: Event, section: str, number: int) -> dict[str, str]:
    tickets = Ticket.objects.filter(subsection__event=event, subsection__section=section, subsection__number=number)
    rows = tickets.select_related("subsection")
    return {seat_name(ticket.position, ticket.subsection.cols): ticket.status for ticket in rows}


def test_the_map_is_correct_after_realtime_died_during_a_purchase(
    visitors: Visitors,
    shop: Product,
    alice: User,
    bob: User,
    carol: User,
    concert: Event,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
) -> None:
    visitors.allow_error("WebSocket|EventSource|ERR_|status of 50[234]")
    page = visitors(alice)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (2, 1), (2, 2))

    shop.stop_realtime()
    expect(page.locator("[data-live-state]")).to_contain_text("Not live")
    chance = random.Random(7)
    for section, number in SUBSECTIONS:
        chosen = [f"{row}-{seat}" for row in (1, 3, 5) for seat in chance.sample(range(1, 11), 2)]
        paid_booking(bob, *chosen[:2], section=section, subsection=number)
        block_seats(event_id=concert.pk, seller=carol, section=section, subsection=number, seats=chosen[2:4])
    hold(bob, "2-2")  # one of the seats that Alice selected
    hold(bob, "4-4", section="B", subsection=2)

    shop.start_realtime()
    seats.expect_live(timeout=30_000)
    expect(page.locator("#live-assertive")).to_contain_text("Row 2 seat 2 was taken.")
    expect(seats.summary).to_contain_text("1 seat · $50.00")
    for section, number in SUBSECTIONS:
        shown = seats.states(section, number)
        picked = {"2-1": "picked"} if (section, number) == ("A", 1) else {}
        assert shown == states_in_the_database(concert, section, number) | picked

    seats.hold()
    page.get_by_label("Card number").fill(GOOD_CARD)
    page.get_by_role("button", name="Pay $50.00").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")


def test_without_websockets_the_map_uses_the_stream(
    visitors: Visitors, alice: User, bob: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    visitors.allow_error("WebSocket")
    page = visitors(alice)
    page.route_web_socket("**/ws/**", lambda socket: socket.close(code=1011))
    page.goto(f"/events/{concert.pk}")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", "stream", timeout=30_000)
    hold(bob, "1-1", "1-2")
    expect(page.locator("[data-left]")).to_have_text("198")


def test_after_a_sign_out_elsewhere_the_map_reconnects_once_as_anonymous(
    visitors: Visitors, alice: User, bob: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    page = visitors(alice)
    sockets: list[WebSocket] = []
    page.on("websocket", lambda websocket: sockets.append(websocket))
    page.goto(f"/events/{concert.pk}")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", LIVE)
    with page.expect_websocket():
        Session.objects.all().delete()
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", LIVE)
    hold(bob, "1-1", "1-2")
    expect(page.locator("[data-left]")).to_have_text("198")
    page.wait_for_timeout(3_000)  # a few checks of the server
    assert len(sockets) == 2


def test_the_best_seats_are_selected_once_the_seats_are_loaded(visitors: Visitors, concert: Event) -> None:
    page = visitors()
    delayed: list[Route] = []
    page.route("**/seatmap", lambda route: delayed.append(route))
    page.goto(f"/events/{concert.pk}")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", LIVE)
    summary = page.get_by_role("region", name="Your seats")
    page.get_by_role("button", name="Best seats").click()
    expect(summary).to_contain_text("The seats are still loading.")
    expect(summary).to_contain_text("No seats picked yet")
    for route in delayed:
        route.continue_()
    expect(summary).to_contain_text("2 seats · $100.00")
    expect(summary.get_by_role("group", name="What to do")).to_be_hidden()
