"""From the list of events to the tickets: by mouse, by keyboard, and against a faster buyer."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from accounts.models import User
from bookings.holds.models import Booking
from bookings.states import BookingStatus
from conftest import GOOD_CARD, PASSWORD
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import PHONE, Visitors
from events.models import Event
from events.seating.positions import seat_name

# Returns "" if an element has the focus and shows it, else what is wrong.
FOCUS = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return "nothing has the focus";
  const html = focused.outerHTML.slice(0, 200);
  const box = focused.getBoundingClientRect();
  if (box.width < 1 || box.bottom < 0 || box.top > innerHeight) return `out of sight: ${html}`;
  if (focused.tabIndex < 0) return ""; // the target of a skip link is no control
  const isRinged = (element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  };
  // A card shows the focus of its link; a tree item shows it on its first line.
  const places = [focused, focused.firstElementChild, focused.closest("li")];
  return places.some((place) => place && isRinged(place)) ? "" : `no ring around ${html}`;
}"""


def test_two_seats_are_bought_by_mouse(visitors: Visitors, alice: User, concert: Event) -> None:
    page = visitors(alice, "/")
    page.get_by_role("link", name=concert.name).click()
    seats = SeatMap(page, concert, opened=True)
    seats.click_seat("A", 1, 2, 4)
    seats.click_seat("A", 1, 2, 5)
    expect(seats.summary).to_contain_text("2 seats · $100.00")
    expect(seats.summary).to_contain_text("row 2, seats 4 and 5")
    seats.hold()

    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^[45]:\d\d$"))
    expect(page.locator("#receipt")).to_contain_text("Row 2, seats 4 and 5")
    page.get_by_label("Card number").fill(GOOD_CARD)
    page.get_by_role("button", name="Pay $100.00").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    booking = Booking.objects.get(buyer=alice)
    assert (booking.status, seats_of(booking)) == (BookingStatus.PAID, ["2-4", "2-5"])
    page.get_by_role("navigation", name="Main").get_by_role("link", name="My bookings").click()
    expect(page.get_by_role("listitem").filter(has_text=concert.name)).to_contain_text("Paid")


def test_two_seats_are_bought_by_keyboard_alone(visitors: Visitors, alice: User, concert: Event) -> None:
    page = visitors(alice, "/")
    tab_to(page, page.get_by_role("link", name=concert.name))
    page.keyboard.press("Enter")
    seats = SeatMap(page, concert, opened=True)

    tab_to(page, page.get_by_role("link", name="Choose from the list instead"))
    press(page, "Enter")
    tab_to(page, page.get_by_role("treeitem", name=re.compile("^Section A")))
    for key in ("ArrowDown", "ArrowDown", "Enter"):  # block 1, block 2, open it
        press(page, key)
    expect(seats.seat(1, 1)).to_be_focused()
    for key in ("ArrowDown", "ArrowRight", "Enter", "ArrowRight", "Enter"):
        press(page, key)
    expect(seats.summary).to_contain_text("2 seats · $100.00")
    expect(page.locator("#live-polite")).to_contain_text("Row 2 seat 3 picked. 2 seats, $100.00.")
    press(page, "Escape")
    expect(page.get_by_role("treeitem", name=re.compile("^Block 2"), exact=False).first).to_be_focused()
    tab_to(page, seats.summary.get_by_role("button", name="Reserve seats"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    page.wait_for_load_state("load")  # the heading appears before the script that handles the key
    press(page, "Tab")
    page.keyboard.press("Alt+m")
    expect(page.get_by_role("button", name="Time was added")).to_be_visible()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^(9|10):\d\d$"))
    tab_to(page, page.get_by_label("Card number"))
    page.keyboard.type(GOOD_CARD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your seats are booked")
    assert Booking.objects.get(buyer=alice).status == BookingStatus.PAID


def test_a_tap_on_a_seat_needs_a_confirmation(visitors: Visitors, alice: User, concert: Event) -> None:
    seats = SeatMap(visitors(alice, viewport=PHONE, has_touch=True, is_mobile=True), concert)
    seats.tap_seat("B", 1, 1, 6)
    expect(seats.summary).to_contain_text("No seats picked yet")
    expect(seats.page.locator(".tip")).to_contain_text("Section B, block 1, row 1, seat 6")
    seats.page.get_by_role("button", name="Pick this seat").tap()
    expect(seats.summary).to_contain_text("1 seat · $20.00")


def test_a_seat_lost_while_selecting_is_announced_and_can_be_replaced(
    visitors: Visitors, alice: User, bob: User, concert: Event
) -> None:
    slow, fast = SeatMap(visitors(alice), concert), SeatMap(visitors(bob), concert)
    slow.pick("A", 1, (1, 5), (1, 6))
    fast.pick("A", 1, (1, 6))
    fast.hold()
    expect(fast.page.get_by_role("heading", level=1)).to_have_text("Checkout")

    expect(slow.page.locator("#live-assertive")).to_contain_text("Row 1 seat 6 was taken. 49 left in this block.")
    expect(slow.seat(1, 6)).to_have_attribute("data-state", "reserved")
    expect(slow.summary).to_contain_text("1 seat · $50.00")
    slow.summary.get_by_role("button", name=re.compile("^Pick row .* instead$")).click()
    expect(slow.summary).to_contain_text("2 seats · $100.00")
    slow.hold()
    expect(slow.page.get_by_role("heading", level=1)).to_have_text("Checkout")
    assert "1-6" not in seats_of(Booking.objects.get(buyer=alice))


def test_a_buyer_who_is_too_late_is_offered_similar_seats(
    visitors: Visitors, alice: User, bob: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    page = visitors(alice)
    drops_messages = False

    def relay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if drops_messages else socket.send(message))

    page.route_web_socket("**/ws/**", relay)
    seats = SeatMap(page, concert)
    seats.pick("A", 1, (3, 5), (3, 6))
    drops_messages = True  # a slow connection: the click comes before the live update
    hold(bob, "3-5")
    seats.hold()
    expect(page.locator("#live-assertive")).to_contain_text("Someone else was faster: row 3, seat 5 is taken.")
    expect(seats.summary.get_by_role("button", name=re.compile("^Pick row .* instead$"))).to_be_visible()
    assert not Booking.objects.filter(buyer=alice).exists()


def test_picks_survive_the_login(visitors: Visitors, alice: User, concert: Event) -> None:
    page = visitors()
    seats = SeatMap(page, concert)
    seats.pick("B", 2, (4, 1), (4, 2))
    seats.hold()
    page.get_by_label("Email address").fill(alice.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()

    seats = SeatMap(page, concert, opened=True)
    expect(seats.summary).to_contain_text("2 seats · $40.00")
    seats.hold()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    assert seats_of(Booking.objects.get(buyer=alice)) == ["4-1", "4-2"]


def test_others_see_which_seats_a_buyer_selects(visitors: Visitors, alice: User, bob: User, concert: Event) -> None:
    watcher, picker = visitors(bob), visitors(alice)
    frames: list[str] = []
    watcher.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    SeatMap(watcher, concert)
    SeatMap(picker, concert).pick("A", 2, (5, 9))
    watcher.wait_for_timeout(2_000)
    assert any('"selecting"' in frame and '"5-9"' in frame for frame in frames), frames
    assert not Booking.objects.exists()


def seats_of(booking: Booking) -> list[str]:
    """Return the names of a booking's seats, in order."""
    return [seat_name(position, booking.subsection.cols) for position in sorted(booking.positions or ())]


def press(page: Page, key: str) -> None:
    """Press a key; afterwards the focus must be visible."""
    page.keyboard.press(key)
    problem = page.evaluate(FOCUS)
    assert not problem, f"after {key}: {problem}"


def tab_to(page: Page, target: Locator, limit: int = 60) -> None:
    """Press Tab until the target has the focus."""
    target.wait_for()
    for _ in range(limit):
        press(page, "Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by {limit} tabs")
