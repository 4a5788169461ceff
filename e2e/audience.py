"""Fills the demo's events with other buyers before a picture is taken, with the same ones every time."""

import random
import time
import uuid

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.states import SelectionMode
from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from bookings.waiting_room.room import Room
from events.errors import NotEnoughSeats, SeatsTaken
from events.models import Subsection

GOOD_CARD = "4242424242424242"
QUEUE_LENGTH = 1_480  # ahead of the buyer in the picture
NOBODY = 10**9  # the first of the ids that no user has
GROUPS = 900  # of buyers in the arena
ARENA_SECTIONS = "ABCDEFGHIJ"


def fill_the_arena(event_id: int, seconds: float = 0) -> None:
    """Let groups of buyers buy seats in random subsections, more of them in sections nearer to the stage.

    Takes at least `seconds`; the rate falls, as after the start of a sale.
    """
    dice = random.Random(1)
    buyers = _buyers()
    weights = range(len(ARENA_SECTIONS), 0, -1)
    started = time.monotonic()
    for number in range(GROUPS):
        time.sleep(max(0.0, started + seconds * (number / GROUPS) ** 2 - time.monotonic()))
        (section,) = dice.choices(ARENA_SECTIONS, weights)
        hold_request = HoldRequest(
            event_id, section, dice.randint(1, 10), SelectionMode.BEST_AVAILABLE, dice.randint(2, 10)
        )
        try:
            _settle(buyers[number % len(buyers)], hold_request, paid=True)
        except NotEnoughSeats:
            continue  # that subsection is full


def fill_the_hall(event_id: int) -> None:
    """Let some buyers buy two pairs of seats and hold a third one each, where they are free."""
    dice = random.Random(3)
    for friend in _buyers()[:8]:
        for paid in (True, True, False):
            section, number = dice.choice([("A", 1), ("A", 2), ("B", 1), ("B", 2)])
            row, seat = dice.randint(1, 5), dice.choice((1, 3, 5, 7, 9))
            try:
                take(friend, event_id, section, number, f"{row}-{seat}", f"{row}-{seat + 1}", paid=paid)
            except SeatsTaken:
                continue


def fill_the_plan(event_id: int, bookings: int = 150) -> None:
    """Let some buyers buy the best available places of random blocks of a seating plan."""
    dice, buyers = random.Random(7), _buyers()
    blocks = list(Subsection.objects.filter(event=event_id).order_by("pk").values_list("section", "number", "total"))
    for number in range(bookings):
        section, block, _ = dice.choices(blocks, [total for *_, total in blocks])[0]
        hold_request = HoldRequest(event_id, section, block, SelectionMode.BEST_AVAILABLE, dice.randint(2, 4))
        try:
            _settle(buyers[number % len(buyers)], hold_request, paid=True)
        except NotEnoughSeats:
            continue


def fill_a_seats_history(event_id: int, section: str, number: int, seat: str) -> Subsection:
    """Give a seat a history: bought and refunded, bought again and checked in. Returns its subsection."""
    first, second = _buyers()[:2]
    subsection = Subsection.objects.select_related("event__seller").get(event=event_id, section=section, number=number)
    refund_booking(booking_id=take(first, event_id, section, number, seat, paid=True), user=first)
    booking = take(second, event_id, section, number, seat, paid=True)
    ticket = Admission.objects.select_related("event").get(booking=booking)
    check_in(event_id=event_id, code=code_of(ticket), by=subsection.event.seller, device="North gate")
    return subsection


def fill_the_queue(event_id: int) -> None:
    """Fill the queue, so that a buyer has to wait for a while."""
    for number in range(QUEUE_LENGTH):
        Room(event_id).join(NOBODY + number)


def take(buyer: User, event_id: int, section: str, number: int, *seats: str, paid: bool = False) -> uuid.UUID:
    """Hold these seats, or buy them if `paid`; return the booking's id."""
    return _settle(buyer, HoldRequest(event_id, section, number, SelectionMode.MANUAL, len(seats), list(seats)), paid)


def _settle(buyer: User, hold_request: HoldRequest, paid: bool) -> uuid.UUID:
    booking = hold_seats(buyer_id=buyer.pk, hold_request=hold_request)
    if paid:
        pay_booking(booking_id=booking.pk, buyer_id=buyer.pk, card_number=GOOD_CARD)
    return booking.pk


def _buyers() -> list[User]:
    others = User.objects.filter(email__startswith="buyer").exclude(email="buyer@example.com")
    return list(others.order_by("pk"))
